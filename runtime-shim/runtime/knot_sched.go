// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// knotMay reports whether gp, the caller, takes part in the run and can be switched away from here.
func knotMay(gp *g) bool {
	mp := gp.m
	if mp.curg != gp || mp.locks != 0 || mp.mallocing != 0 || mp.preemptoff != "" || mp.incgo {
		return false
	}
	if guintptr(0) != knot.driver && gp == knot.driver.ptr() {
		return false
	}
	if knotKind(gp) != knotKindUser {
		return false
	}
	if knot.forced {
		knotOrigGosched() // for good: what runs on behind the end of the run would keep the reporter waiting
		return false
	}
	return true
}

// knotKind classifies a goroutine once. The runtime's own, those of finalizers and cleanups too, and the
// signal loop of os/signal are no part of the program: they run when they are ready, without a decision.
func knotKind(gp *g) uint8 {
	if gp.knot.kind != knotKindUnknown {
		return gp.knot.kind
	}
	gp.knot.readyIdx = -1
	e := knotKindOf(gp.startpc)
	if e.pc != gp.startpc || gp.startpc == 0 {
		kind := uint8(knotKindUser)
		if isSystemGoroutine(gp, true) {
			kind = knotKindSystem
		}
		switch funcname(findfunc(gp.startpc)) {
		case "os/signal.loop":
			kind = knotKindSignal
		case "runtime.runfinq", "runtime.runFinalizers", "runtime.runCleanups":
			kind = knotKindSystem
		}
		*e = knotStartKind{gp.startpc, kind}
	}
	gp.knot.kind = e.kind
	return e.kind
}

// knotKinds remembers the kinds of start functions.
var knotKinds [256]knotStartKind

type knotStartKind struct {
	pc   uintptr
	kind uint8
}

func knotKindOf(startpc uintptr) *knotStartKind {
	return &knotKinds[startpc>>4%uintptr(len(knotKinds))]
}

// knotIsUsers spares isSystemGoroutine, which is asked about every goroutine that starts or ends, the look
// at the name of a function that is known to be the program's.
func knotIsUsers(startpc uintptr) bool {
	e := knotKindOf(startpc)
	return e.pc == startpc && e.kind == knotKindUser
}

// knotRunqput takes goroutines of the program that become runnable out of the runtime's hands.
// It reports false for those that are none of ours, and for one that comes back from where it had given up
// the P in the midst of its own work: it goes on to its next scheduling point without a decision. Whether a
// system call kept its P is a matter of real time, and the schedule must not depend on it. Called by runqput, with the P.
func knotRunqput(gp *g) bool {
	if knotKind(gp) != knotKindUser {
		return false
	}
	if gp == knot.driver.ptr() {
		if !knotDriverReady && !knot.draining {
			knot.drainSteps = knot.cur.steps
		}
		knotDriverReady = true
		return true
	}
	if knot.forced {
		return true // the run is over; nothing of it runs again
	}
	if gp.knot.back {
		return false
	}
	knotOwn(gp)
	knotReadyAdd(gp)
	return true
}

var knotDriverReady bool

// knotGather fetches what other paths of the runtime (the network poller, goroutines back from system
// calls, Gosched) have put on its queues.
func knotGather(pp *p) {
	if !sched.runq.empty() {
		for {
			gp := knotGlobrunqget()
			if gp == nil {
				break
			}
			if knotBack(gp) && !knotRunqput(gp) {
				knotRunqputStock(pp, gp)
			}
		}
	}
	if pp.runqhead != pp.runqtail || pp.runnext != 0 {
		var keep gQueue
		for {
			gp, _ := runqget(pp)
			if gp == nil {
				break
			}
			if (!gp.knot.arrived || knotBack(gp)) && !knotRunqput(gp) {
				keep.pushBack(gp)
			}
		}
		for !keep.empty() {
			knotRunqputStock(pp, keep.pop())
		}
	}
}

// knotBack looks at a goroutine that comes back from outside, or from where it had given up the P in the midst of its
// own work. It reports false when it has to wait for its place in the schedule.
func knotBack(gp *g) bool {
	k := &gp.knot
	arrived := k.arrived
	k.arrived = false
	switch kind := knotKind(gp); {
	case knot.forced || gp == knot.driver.ptr():
		return true
	case kind == knotKindSignal:
		return knotSignalArrived(gp)
	case kind != knotKindUser || k.atPoint:
		return true
	case arrived:
		return knotArrived(gp)
	case k.blocked:
		return true
	case gp.syscallsp != 0:
		return knotArrived(gp)
	}
	k.back = true
	if loop := knot.signalHeld.ptr(); loop != nil {
		// gp may be in signal.Stop, which waits in the runtime for the loop to have handed over all signals.
		knot.signalHeld = 0
		if knotAhead(0) == knotDecisionSignal {
			knot.prefixPos++
		}
		knotSignalRelease(loop)
	}
	return true
}

// knotRunqputStock is runqput for a goroutine that is none of ours.
func knotRunqputStock(pp *p, gp *g) { runqput(pp, gp, false) }

// knotPoint is the scheduling point: gp is about to execute op at site on the primitive at addr.
// When it returns, gp executes it.
func knotPoint(gp *g, op uint8, site uint32, addr uintptr) {
	knotOwn(gp)
	k := &gp.knot
	k.pendOp, k.pendSite, k.pendPrim = op, site, addr
	k.back = false
	if k.out {
		knotBackAlone(gp)
	}
	if f := knot.policy.yielded; f != nil && op == knotOpYield {
		f(gp)
	}
	k.atPoint = true
	pp := gp.m.p.ptr()
	if !sched.runq.empty() || pp.runqhead != pp.runqtail || pp.runnext != 0 {
		systemstack(func() { knotGather(pp) })
	}
	var next *g
	// What is left in the runtime's own queues goes first, without a decision, and so does who was chosen when gp was not
	// back from outside yet.
	if pp.runqhead == pp.runqtail && pp.runnext == 0 && knot.next == 0 && !knotSpun(op) {
		next = knotDecide(gp)
	}
	if next != gp {
		if next != nil {
			knotPrefetch(next.sched.sp)
			knotPrefetch(next.sched.sp + 64)
		}
		knotReadyAdd(gp)
		if next != nil {
			if next.knot.readyIdx >= 0 {
				knotReadyRemove(next)
			}
			knot.next.set(next)
		}
		mcall(knotSwitch_m)
		if k.late {
			k.late = false
			knotPoint(gp, op, site, addr)
			return
		}
	}
	k.atPoint = false
	k.waited, k.chainLock = false, false
	knotExec(gp)
}

// knotSpinMax is how many operations in a row may only look (yields, atomic loads, polls) before time passes.
const knotSpinMax = 1000

// knotSpun lets virtual time pass for a program that waits by looking: when nobody has done anything else for
// knotSpinMax operations, the next timer fires as if nothing could run. It reports whether it did.
func knotSpun(op uint8) bool {
	switch op {
	case knotOpYield, knotOpAtomicLoad, knotOpTrylock, knotOpTryrlock, knotOpMemread:
		knot.spins++
	case knotOpNone:
	default:
		if knot.polling {
			knot.spins++
		} else {
			knot.spins, knot.pollWhen, knot.looks = 0, 0, 0
		}
	}
	knot.polling = false
	if knot.spins < knotSpinMax {
		return false
	}
	polled := knot.pollWhen
	knot.spins, knot.pollWhen = 0, 0
	if when := knotNextTimer(); polled != 0 && (when == 0 || polled < when) {
		knotPassTime(polled)
		return true
	}
	// Beside others that look, it is early; a goroutine that looks all alone waits for time to pass.
	return knotFireTimer(knot.nready > 0)
}

// knotSwitch_m leaves a goroutine that is in the runnable set for whatever was decided.
func knotSwitch_m(gp *g) {
	casgstatus(gp, _Grunning, _Grunnable)
	dropg()
	schedule()
}

// knotExec accounts for gp executing its pending operation: step, hash, event, pairs.
func knotExec(gp *g) {
	c, k := knot.cur, &gp.knot
	pe := knotPrim(k.pendPrim)
	k.primID = 0
	if pe != nil {
		k.primID = knotPrimID(pe)
	}
	op, site := k.pendOp, k.pendSite
	key := knotOpKey(k.path, site, op)
	c.hash = knotMix(c.hash ^ (key + uint64(k.primID)))
	c.steps++
	k.ops++
	k.drawn, k.resumed = 0, 0
	knot.last = k.idx
	knotEvent(knotEvStep, op, k.idx, site, k.primID, 0)
	knot.vt += knotStepNs
	if op >= knotOpSend {
		var ch *hchan
		if op <= knotOpClose {
			ch = (*hchan)(unsafe.Pointer(k.pendPrim))
		}
		knotFeed(gp, op, site, k.primID, pe, ch)
	}
	if f := knot.policy.ran; f != nil {
		f(gp, op, k.pendPrim)
	}
	if knot.chainPos < knot.req.chainLen && !knotFollowing() {
		knotChainStep(gp)
	}
	if c.steps&(knotPollSteps-1) == 0 {
		knotNowAndThen()
	}
	if uint64(c.steps) == knot.req.stopStep {
		knotBreak(gp)
	}
}

// knotPollSteps is how many steps go by between two looks at the network while something can run all the time.
const knotPollSteps = 128

// knotNowAndThen is what has to be done from time to time beside goroutines that can always run: they may be waiting
// for what only the network brings. A schedule that is followed says itself whom it waits for.
func knotNowAndThen() {
	if knot.cur.steps&1023 == 0 {
		knot.hdr.heartbeat++
		knotMemory()
	}
	if !knotFollowing() && netpollinited() && netpollAnyWaiters() {
		systemstack(func() { knotPollNetwork() })
	}
}

// knotArrive is the step of a goroutine that starts, or goes on after it was blocked.
func knotArrive(gp *g) {
	c, k := knot.cur, &gp.knot
	op := uint8(knotOpResume)
	if k.pendOp == knotOpStart {
		op = knotOpStart
	}
	if op == knotOpResume && k.resumed < 0xfffe {
		k.resumed++
	}
	k.blocked = false
	k.waited = true
	knot.spins, knot.pollWhen, knot.looks = 0, 0, 0
	c.hash = knotMix(c.hash ^ (knotOpKey(k.path, k.pendSite, op) + uint64(k.primID)))
	c.steps++
	knot.last = k.idx
	knotEvent(knotEvStep, op, k.idx, k.pendSite, k.primID, 0)
	knot.vt += knotStepNs
	if c.steps&1023 == 0 {
		knot.hdr.heartbeat++
	}
	if uint64(c.steps) == knot.req.stopStep {
		knotBreak(gp)
	}
}

// knotDecide chooses among the runnable set and self, the goroutine at the scheduling point under decision, which
// is nil when somebody blocked or ended; one of them there is. nil: go through the scheduler again (a
// timer was fired, or the run is being stopped). The choice is recorded, but not yet out of the set.
func knotDecide(self *g) *g {
	c, r := knot.cur, &knot.req
	// Behind the end of the test goroutines that spin are left alone, not waited for.
	if knot.draining || knotDriverReady {
		if c.steps >= r.stepLimit || c.steps-knot.drainSteps > knotDrainMaxSteps || knot.drainOver {
			c.flags |= knotRunLiveLeft
			knotWakeDriver()
			return knot.driver.ptr()
		}
	} else if c.steps >= r.stepLimit {
		return knotOverLimit()
	}
	policy := knot.policy
	if r.fairAfter != 0 && c.steps >= r.fairAfter {
		policy = &knotPolicies[knotPolicyRandom]
		if c.flags&knotRunFairTail == 0 {
			c.flags |= knotRunFairTail
			knot.tailFire = c.steps
		}
	}
	if r.prefixLen != 0 && !knotHeed(self) {
		return nil
	}
	if knotFollowing() {
		d := knotAhead(0)
		knot.prefixPos++
		if f := policy.follows; f != nil {
			f(self, d)
		}
		if gp, ok := knotFollow(d, self); ok {
			return gp
		}
		knotDiverge()
		if knotReleaseAll() {
			return nil
		}
	}
	if f := policy.fires; f != nil && f(self) {
		knotRecordDecision(knotDecisionTimer)
		knotFireTimer(true)
		return nil
	}
	if policy.timers && knot.firesLeft > 0 && r.flags&knotReqNoTimer == 0 && (knotChainStuck(self) || knotRandom()&15 == 0) {
		if when := knotNextTimer(); when != 0 && when-knot.vt < knotEarlyLeft() {
			knot.firesLeft--
			knotRecordDecision(knotDecisionTimer)
			knotFireTimer(true)
			return nil
		}
	}
	// Fair to sleepers, too: beside goroutines that spin nothing else would ever let time pass.
	if c.flags&knotRunFairTail != 0 && c.steps-knot.tailFire >= knotTailFireSteps {
		knot.tailFire = c.steps
		if when := knotNextTimer(); when != 0 && when-knot.vt < knotMaxEarly {
			knotRecordDecision(knotDecisionTimer)
			knotFireTimer(true)
			return nil
		}
	}
	gp := knotChoose(policy, self)
	knotRecordDecision(gp.knot.idx)
	return gp
}

// knotMaxEarly bounds how far from being due a timer may be to be fired by choice.
const knotMaxEarly = 600 * 1000 * 1000 * 1000

// knotEarlyLeft is how far from being due the next timer may be to be fired by choice. Most time-outs are there to
// end what hangs: fired early in every run they would drown the work that they watch over.
func knotEarlyLeft() int64 {
	if knot.req.flags&knotReqShortTimer != 0 {
		return knotEarlyNs - knotEarlyNs/5 - int64(knot.cur.earlyNs)
	}
	return knotMaxEarly
}

// knotTailFireSteps is how many steps of the fair tail go by between two timers.
const knotTailFireSteps = 256

// knotFollow carries out one decision of a schedule that is being followed.
func knotFollow(d uint16, self *g) (*g, bool) {
	if d == knotDecisionTimer || d == knotDecisionIdle {
		if knotNextTimer() == 0 {
			return nil, false
		}
		knotRecordDecision(d)
		knotFireTimer(d == knotDecisionTimer)
		return nil, true
	}
	if d == knotDecisionPreempt {
		return nil, knotPreemptLate(self) // the watchdog's are followed where they take place
	}
	gp := knotNamed(d)
	if gp == nil || gp.knot.readyIdx < 0 && gp != self {
		return nil, false
	}
	if knot.nready > 1 || knot.nready == 1 && self != nil {
		knot.cur.choices++
	}
	knotRecordDecision(d)
	return gp, true
}

// knotFind is findRunnable's question while a run is under way. nil, true: look again from the top;
// nil, false: the runtime has work of its own.
func knotFind(pp *p) (gp *g, again bool) {
	if sched.disable.user || gcBlackenEnabled != 0 {
		return nil, false
	}
	if gp := knot.next.ptr(); gp != nil && !knot.forced {
		knot.next = 0
		return knotGo(gp), false
	}
	knotGather(pp)
	if knot.handedOff {
		knotLookOut()
	}
	if knot.forced || pp.runqhead != pp.runqtail || pp.runnext != 0 {
		return nil, false
	}
	if knot.awaiting {
		knot.awaiting = false
		usleep(20)
		if netpollinited() && netpollAnyWaiters() && knotPollNetwork() {
			return nil, true
		}
	}
	if knot.nready == 0 {
		return knotIdle(pp)
	}
	knot.idleSince = 0
	gp = knotDecide(nil)
	if gp == nil {
		return nil, true
	}
	if gp.knot.readyIdx >= 0 {
		knotReadyRemove(gp)
	}
	return knotGo(gp), false
}

// knotGo makes the last preparations for gp to run.
func knotGo(gp *g) *g {
	if gp == knot.driver.ptr() {
		knotDriverReady = false
	} else if gp.knot.computing {
		knotComputed(gp)
	} else if !gp.knot.atPoint {
		knotArrive(gp)
	}
	return gp
}

// Bounds of the drain: how long the goroutines of a run may go on behind the end of its test.
const (
	knotDrainMaxSteps = 20000
	knotDrainMaxFires = 2000
	knotDrainMaxNs    = 24 * 3600 * 1000 * 1000 * 1000
	knotExternalMaxNs = 1000 * 1000 * 1000 // real time: nothing but the outside could go on
	knotListenMaxNs   = 200 * 1000 * 1000  // real time: all that could is that somebody from elsewhere connects
	knotSignalNs      = 100 * 1000 * 1000  // real time: a program that handles signals may be about to get one

	knotDrainExternalNs = 200 * 1000 * 1000 // real time: something outside is under way behind the end of the test
	knotSignalledNs     = 300 * 1000        // real time that a signal sent a moment ago takes to another thread
)

// knotIdle decides what happens when no goroutine can run: first what is outstanding outside, then the
// driver, then virtual time, then the end.
func knotIdle(pp *p) (gp *g, again bool) {
	if knot.draining && knot.alive == 0 {
		knotWakeDriver()
		return knotGo(knot.driver.ptr()), false
	}
	if knotServesOn() {
		knotStop(knotEndExtwait)
		return nil, true
	}
	if knot.req.prefixLen != 0 {
		if !knotHeed(nil) || knot.nready > 0 {
			return nil, true
		}
	}
	waiters := netpollinited() && netpollAnyWaiters()
	if knotFollowing() && knotIdleEntry(waiters) {
		return nil, true
	}
	if waiters && knotPollNetwork() {
		return nil, true
	}
	if knotDriverReady {
		return knotGo(knot.driver.ptr()), false
	}
	now := nanotime1()
	if knot.idleSince == 0 {
		knot.idleSince = now
		knot.extLast = now
	}
	if knotSignalled() && now-knot.idleSince < knotExternalMaxNs {
		knot.cur.flags |= knotRunExternal
		usleep(20)
		return nil, true
	}
	if sig.inuse && now-knot.idleSince < knotSignalledNs {
		usleep(50)
		return nil, true
	}
	if knotFollowing() && !knotOldIO() {
		return knotIdleFollowing(waiters)
	}
	if knotCompute.over {
		knotStop(knotEndTimeout)
		return nil, true
	}
	if knotOutstanding(waiters) && !(knot.draining && now-knot.idleSince > knotDrainExternalNs) {
		// Virtual time goes at the pace of real time.
		knot.vt += now - knot.extLast
		knot.vtReal = true
		knot.cur.flags |= knotRunExternal
		knot.extLast = now
		if when := knotNextTimer(); when != 0 && when <= knot.vt {
			knotIdleTimer(true)
			return nil, true
		}
		usleep(50)
		return nil, true
	}
	if waiters && knotMayCome(pp) {
		// Loopback traffic of the program's own needs a moment to come through the kernel.
		for i := 0; i < 3; i++ {
			usleep(10)
			if knotPollNetwork() {
				return nil, true
			}
		}
	}
	when := knotNextTimer()
	if knot.draining {
		if when != 0 && knot.drainFires < knotDrainMaxFires && when-knot.drainFrom < knotDrainMaxNs {
			knot.drainFires++
			knotIdleTimer(waiters)
			return nil, true
		}
		if when != 0 || waiters {
			knot.cur.flags |= knotRunLiveLeft
		}
		knotWakeDriver()
		return knotGo(knot.driver.ptr()), false
	}
	if when != 0 {
		knotIdleTimer(waiters)
		return nil, true
	}
	if sig.inuse && now-knot.idleSince < knotSignalNs {
		usleep(200) // a signal is on its way through the kernel and a thread of its own
		return nil, true
	}
	if waiters {
		if now-knot.idleSince < knotWaitNs(pp) {
			usleep(200)
			return nil, true
		}
		knotStop(knotEndExtwait)
		return nil, true
	}
	if knotSignalAwaited() {
		knotStop(knotEndExtwait)
		return nil, true
	}
	if knotForeignThread() {
		if now-knot.idleSince < knotExternalMaxNs {
			knot.cur.flags |= knotRunExternal
			usleep(1000)
			return nil, true
		}
		knot.cur.flags |= knotRunLiveLeft
		knotStop(knotEndExtwait)
		return nil, true
	}
	knotStop(knotEndDeadlock)
	return nil, true
}

// knotIdleTimer fires the next timer when nothing can run. Where something from outside might have come first, that is
// an entry of the schedule.
func knotIdleTimer(might bool) {
	if might || knotHadOutside() {
		knotRecordDecision(knotDecisionIdle)
	}
	knotFireTimer(false)
}

// knotHadOutside reports whether the run has had to do with the outside.
func knotHadOutside() bool { return knot.cur.flags&knotRunExternal != 0 || sig.inuse }

// knotIdleEntry fires the next timer when the schedule that is followed says so. One that was fired by choice was fired
// beside somebody who could run: here that is one who is held back, unless there has been nothing from outside.
func knotIdleEntry(waiters bool) bool {
	d := knotAhead(0)
	if d != knotDecisionIdle && (d != knotDecisionTimer || knot.nheld == 0 && !waiters && !knotHadOutside()) {
		return false
	}
	if knotNextTimer() == 0 {
		return false
	}
	knot.prefixPos++
	knotRecordDecision(d)
	knotFireTimer(d == knotDecisionTimer)
	return true
}

// knotIdleFollowing is the rest of knotIdle while a schedule is followed whose next entry is a decision: what it is to
// run must be woken by a timer that needed no entry, or the schedule cannot be followed.
func knotIdleFollowing(waiters bool) (gp *g, again bool) {
	when := knotNextTimer()
	if knotOutstanding(waiters) && knotAwait() {
		return nil, true
	}
	if when == 0 {
		knotDiverge()
		return nil, true
	}
	knot.awaitSince = 0
	if knot.draining {
		knot.drainFires++
	}
	knotFireTimer(false)
	return nil, true
}

// knotPollNetwork makes goroutines runnable whose I/O is ready.
func knotPollNetwork() bool {
	list, delta := netpoll(0)
	if list.empty() {
		return false
	}
	for gp := list.head.ptr(); gp != nil; gp = gp.schedlink.ptr() {
		gp.knot.arrived = true
	}
	injectglist(&list)
	netpollAdjustWaiters(delta)
	knot.cur.flags |= knotRunExternal
	return true
}

// knotExternal notes that something from outside took part in the run.
func knotExternal(gp *g, what uint64) {
	i := uint16(knotGNone)
	if gp != nil && gp.knot.run == knot.run {
		i = gp.knot.idx
	}
	knot.cur.flags |= knotRunExternal
	knotEvent(knotEvExternal, knotOpIo, i, 0, 0, what)
}

// knotDrain parks the driver until the goroutines of the run have ended or cannot go on.
func knotDrain() {
	if knot.alive == 0 && knot.nready == 0 {
		return
	}
	knot.drainSteps = knot.cur.steps
	knot.drainFires = 0
	knot.drainFrom = knot.vt
	knot.draining = true
	gopark(nil, nil, waitReasonZero, traceBlockForever, 1)
}

func knotWakeDriver() {
	if knotDriverReady {
		return
	}
	gp := knot.driver.ptr()
	systemstack(func() { ready(gp, 0, false) })
}

// knotSpawned is called by newproc for every new goroutine, on the system stack. parent is the goroutine
// that executed the go statement, or g0 when a timer started the function.
func knotSpawned(parent, gp *g) {
	if !knotHooksOn {
		return // nobody is going to look at g.knot
	}
	gp.knot = knotG{readyIdx: -1}
	if knotNat.on {
		knotNatSpawned(parent, gp)
		return
	}
	knotSpawnOurs = false
	if !knot.on || knotKind(gp) != knotKindUser || knot.forced {
		return
	}
	site := knotSpawnSite
	knotSpawnSite = 0
	pathOf, from, flags := uint64(knotPathTimer), uint16(knotGNone), uint8(2)
	switch {
	case parent == knot.driver.ptr():
		pathOf, flags = knotPathRoot, 0
	case parent == parent.m.g0:
		site = knotFuncSite(gp.startpc)
	default:
		knotOwn(parent)
		pathOf, from, flags = parent.knot.path, parent.knot.idx, 0
	}
	path := uint64(knotPathRoot)
	ord := uint32(0)
	if parent == knot.driver.ptr() && !knot.rootSeen {
		knot.rootSeen = true
		getMCache(getg().m).tiny = 0 // what shares a block is kept alive together: the test's locks, and what package testing keeps
	} else {
		named := knotAlias(site)
		ord = knotOrdinal(pathOf, named)
		path = knotChildPath(pathOf, named, ord)
	}
	knotAdopt(gp, path, from, site, ord, flags)
	gp.knot.pendOp = knotOpStart
	gp.knot.pendSite = site
	gp.knot.counted = true
	knot.alive++
	knotSpawnOurs = true
}

// knotSpawnSite is the site of the go statement under way: newproc itself knows only its caller.
var knotSpawnSite uint32

// knotSpawnOurs: the goroutine just made belongs to the run. The runtime makes some of its own on the way.
var knotSpawnOurs bool

// knotExit is called when a goroutine ends, on the system stack.
func knotExit(gp *g) {
	if !knotHooksOn {
		return
	}
	if knotNat.on {
		knotNatExit(gp)
	}
	k := &gp.knot
	if knot.on && k.run == knot.run && !knot.forced {
		if k.counted {
			knot.alive--
		}
		knotSwitchExit(k)
		knot.cur.hash = knotMix(knot.cur.hash ^ k.path)
		knotEvent(knotEvExit, knotOpExit, k.idx, 0, 0, 0)
	}
	gp.knot = knotG{readyIdx: -1}
}

// knotParked is called by gopark on the goroutine that is about to block.
//
//go:noinline
func knotParked(reason waitReason) {
	gp := getg()
	if knot.forced || gp == knot.driver.ptr() || knotKind(gp) != knotKindUser {
		return
	}
	knotOwn(gp)
	k := &gp.knot
	switch reason {
	case waitReasonSleep:
		k.pendOp, k.pendPrim, k.primID = knotOpSleep, 0, 0
		k.sleepSite = knotSleepSite(getfp())
	case waitReasonIOWait:
		if k.pendOp != knotOpIo {
			k.pendOp, k.pendPrim, k.primID = knotOpIo, 0, 0
		}
	case waitReasonSyncCondWait:
		k.pendOp, k.pendSite, k.pendPrim, k.primID = knotOpCondwait, k.cond.site, k.cond.prim, k.cond.primID
	case waitReasonSelectNoCases:
		// An empty select has no entry point: nothing has named it yet.
		k.pendOp, k.pendPrim, k.primID = knotOpSelect, 0, 0
		k.pendSite = knotOuterSite(knotOpSelect)
	}
	k.blocked = true
	k.back = false
	k.reason = reason
	if reason == waitReasonIOWait && !k.barred {
		knotWentOut(gp)
	}
	knotEvent(knotEvBlock, k.pendOp, k.idx, k.shownSite(), k.primID, uint64(reason))
}

// knotReadied is called by ready: gp, blocked until now, becomes runnable.
func knotReadied(gp *g) {
	if knot.forced || gp == knot.driver.ptr() || knotKind(gp) != knotKindUser {
		return
	}
	knotOwn(gp)
	if gp.knot.blocked && gp.knot.reason == waitReasonIOWait && !gp.knot.back {
		gp.knot.out, gp.knot.noted = false, false // by another goroutine: it closed the file, or set a deadline
	}
	by := uint16(knotGNone)
	if cg := getg().m.curg; cg != nil && cg.knot.run == knot.run {
		by = cg.knot.idx
	}
	knotEvent(knotEvWake, gp.knot.pendOp, by, gp.knot.shownSite(), gp.knot.primID, uint64(gp.knot.idx))
}

// knotMemory collects inside a run when the heap has grown out of bounds; an event of the schedule.
func knotMemory() {
	if gcController.heapLive.Load() > knot.heapBase+512<<20 {
		knotExternal(nil, knotExtPreempt)
		GC()
		knot.heapBase = gcController.heapLive.Load()
	}
}
