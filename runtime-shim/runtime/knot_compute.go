// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// Goroutines that compute without any operation.
//
// Nothing of what makes up a schedule happens in `for !done {}`, and somebody else may have to run for it to
// end. So the watchdog looks at who runs: one that has made no step for as much as knotComputeNs of its
// thread's CPU time (real time would depend on what else the machine does), while others wait for their turn, is
// preempted by a signal, as sysmon does it. That is an entry of the schedule, knotDecisionPreempt. The goroutine
// joins the runnable set; when it is chosen again that is a step with the operation COMPUTE, after which it goes on
// to its next scheduling point.
//
// Where in its work it was is told by the event, but is no part of the schedule's hash. A followed schedule
// preempts it as soon as it has computed a part of that time or, on a machine so fast that it has come to its
// next scheduling point by then, there.
//
// Preemption is by signal only, never at the head of a function: the signal is heeded in the program's code alone,
// so that a decision under way is never interrupted.

const (
	knotComputeNs     = 100 * 1000 * 1000
	knotComputeRaceNs = 300 * 1000 * 1000 // under -race everything takes longer
	knotComputeFair   = 8                 // preemptions of a run after which policy and chain give way to chance
	knotComputeDrain  = 10                // ... behind the end of the test, after which the run ends without it
)

// knotAside is the operation that a goroutine was about when it was preempted.
type knotAside struct {
	prim uintptr
	site uint32
	op   uint8
}

// knotCompute is what the watchdog's thread, which has no P, knows of the goroutine that runs.
var knotCompute struct {
	run   uint64
	began int64 // real time at which the run was first seen
	gp    guintptr
	steps uint32
	cpu   int64 // of its thread when it was first seen with so many steps
	long  bool  // it has computed for long enough to be preempted
	timer bool  // nobody but the next timer waits for its turn
	over  bool  // the run has taken longer than it may
	want  bool  // somebody is to be preempted
}

// knotComputeLook is a look of the watchdog's at the goroutine that runs on pp.
func knotComputeLook(pp *p, inSyscall bool) {
	w := &knotCompute
	if w.run != knot.run {
		w.run, w.began, w.gp, w.over, w.want = knot.run, nanotime1(), 0, false, false
		return
	}
	if limit := int64(knot.req.timeoutMs) * 1000000; limit > 0 && !w.over {
		w.over = nanotime1()-w.began > limit
	}
	mp := pp.m.ptr()
	if mp == nil || inSyscall {
		return
	}
	gp := mp.curg
	if gp == nil || gp == knot.driver.ptr() || gp.knot.kind != knotKindUser || readgstatus(gp) != _Grunning {
		return
	}
	cpu := knotThreadTime(mp)
	if steps := knot.cur.steps; w.gp.ptr() != gp || w.steps != steps {
		w.gp.set(gp)
		w.steps, w.cpu, w.want = steps, cpu, false
		if !w.over {
			return
		}
	}
	spent := cpu - w.cpu
	patience, timer := knotComputePatience(pp)
	enough := patience > 0 && spent > patience
	if !enough && !w.over {
		return
	}
	w.long = enough || spent > knotComputeBound()
	w.timer = timer
	w.want = true
	debug.asyncpreemptoff = 0
	pp.preempt = true
	preemptM(mp)
}

func knotComputeBound() int64 {
	if raceenabled {
		return knotComputeRaceNs
	}
	return knotComputeNs
}

// knotComputePatience is how long the goroutine that runs may compute, 0 = as long as it likes. timer: it is the
// next timer alone that could act.
func knotComputePatience(pp *p) (ns int64, timer bool) {
	bound := knotComputeBound()
	if knotFollowing() {
		switch {
		case !knotPreemptNext():
			return 10 * bound, false // the schedule knows nothing of it: a much slower machine
		case knotPreemptLast(knot.prefixPos + 1):
			return 0, false
		}
		return bound / 4, false
	}
	if knot.nready > 0 || knot.draining || knotDriverReady || !sched.runq.empty() || pp.runqhead != pp.runqtail {
		return bound, false
	}
	if netpollinited() && netpollAnyWaiters() {
		ns = 10 * bound
	}
	if when := pp.timers.wakeTime(); when != 0 {
		if due := max(bound, when-knot.vt); ns == 0 || due < ns {
			return due, true
		}
	}
	return ns, false
}

// knotPreemptNext reports whether the next entry of the schedule that is followed is a preemption.
func knotPreemptNext() bool { return knotAhead(0) == knotDecisionPreempt }

// knotPreemptLast reports whether the schedule to be replayed ends with the preemption in front of pos: there the
// run took longer than it might, and the replay may take as long.
func knotPreemptLast(pos uint32) bool {
	return pos == knot.req.prefixLen && knot.req.flags&knotReqReplay != 0
}

// knotThreadTime is the CPU time that a thread has taken.
func knotThreadTime(mp *m) int64 {
	const sysClockGettime = 228
	var ts timespec
	clock := ^uintptr(mp.procid)<<3 | 6 // CPUCLOCK_PERTHREAD | CPUCLOCK_SCHED
	if knotSyscall6(sysClockGettime, uintptr(uint32(clock)), uintptr(unsafe.Pointer(&ts)), 0, 0, 0, 0) != 0 {
		return nanotime1()
	}
	return ts.tv_sec*1000000000 + ts.tv_nsec
}

// knotPreempted is called when gp gives up its P because it was asked to, on the system stack. It reports
// whether that was the watchdog's doing: then gp has been taken care of, and its thread goes on with another.
func knotPreempted(gp *g) bool {
	w := &knotCompute
	if !w.want || !gp.asyncSafePoint || knot.forced || knotKind(gp) != knotKindUser || gp == knot.driver.ptr() {
		return false
	}
	w.want, w.gp = false, 0
	knotOwn(gp)
	if w.long && knotFollowing() {
		if knotPreemptNext() {
			knot.prefixPos++
		} else {
			knotDiverge()
		}
	}
	if w.long {
		knotPreempt(gp, knotComputeSite(gp), w.timer)
	}
	if w.over {
		knotStop(knotEndTimeout)
	} else {
		knotReadyAdd(gp)
	}
	return true
}

// knotPreemptLate preempts self at the scheduling point that it has come to sooner than when the schedule that is
// followed was recorded. It reports false when there is no such goroutine, or the run ended there.
func knotPreemptLate(self *g) bool {
	if self == nil || knotPreemptLast(knot.prefixPos) {
		return false
	}
	self.knot.late = true
	knotPreempt(self, self.knot.pendSite, false)
	return true
}

// knotPreempt writes down that gp was preempted at site. timer: the next timer is to fire.
func knotPreempt(gp *g, site uint32, timer bool) {
	c, k := knot.cur, &gp.knot
	knotRecordDecision(knotDecisionPreempt)
	c.flags |= knotRunPreempted
	knot.hdr.preempts++
	knot.preempts++
	knotEvent(knotEvExternal, knotOpCompute, k.idx, site, 0, knotExtWatchdog)
	k.aside = knotAside{prim: k.pendPrim, site: k.pendSite, op: k.pendOp}
	k.pendOp, k.pendSite, k.pendPrim = knotOpCompute, 0, 0
	k.computing = true
	if f := knot.policy.yielded; f != nil {
		f(gp)
	}
	knotComputeOthers(timer)
}

// knotComputeOthers sees to it that others get their turn beside a goroutine that computes. Time passes for the
// program, too: timers that are due then fire by themselves.
func knotComputeOthers(timer bool) {
	knot.vt += knotComputeNs
	if knot.preempts == knotComputeFair {
		if knot.chainOn {
			knotChainOff()
		}
		// Policies are no memory of the collector's, and a write barrier is forbidden here.
		*(*uintptr)(unsafe.Pointer(&knot.policy)) = uintptr(unsafe.Pointer(&knotPolicies[knotPolicyRandom]))
	}
	if (knot.draining || knotDriverReady) && knot.preempts >= knotComputeDrain {
		knot.drainOver = true
		knotWakeDriver()
	}
	if knotFollowing() {
		if timer = knotAhead(0) == knotDecisionTimer; timer {
			knot.prefixPos++
		}
	} else if netpollinited() && netpollAnyWaiters() {
		systemstack(func() { knotPollNetwork() })
	}
	if timer && knotNextTimer() != 0 {
		knotRecordDecision(knotDecisionTimer)
		knotFireTimer(false)
	}
}

// knotComputed is the step of a goroutine that goes on computing after it was preempted.
func knotComputed(gp *g) {
	c, k := knot.cur, &gp.knot
	c.hash = knotMix(c.hash ^ knotOpKey(k.path, 0, knotOpCompute))
	c.steps++
	knotEvent(knotEvStep, knotOpCompute, k.idx, 0, 0, 0)
	knot.vt += knotStepNs
	k.pendOp, k.pendSite, k.pendPrim = k.aside.op, k.aside.site, k.aside.prim
	k.computing = false
	if uint64(c.steps) == knot.req.stopStep {
		knotBreak(gp)
	}
}

// knotComputeSite is the position at which gp was interrupted: in the program, else in the library it is in.
func knotComputeSite(gp *g) uint32 {
	var pcs [32]uintptr
	site := uint32(0)
	n := gcallers(gp, 0, pcs[:])
	for _, pc := range pcs[:n] {
		f := findfunc(pc)
		if !f.valid() {
			continue
		}
		u, uf := newInlineUnwinder(f, pc-1)
		name := u.srcFunc(uf).name()
		pkg := name[:knotPkgLen(name)]
		if pkg == "runtime" || site != 0 && knotIsStd(pkg) {
			continue
		}
		file, line := u.fileLine(uf)
		head := int(u.srcFunc(uf).startLine)
		if line == 0 {
			line = head // an empty loop is a jump that belongs to no line
		}
		_, site = knotSiteOf(name, file, line, head, knotOpCompute)
		knotWriteSite(site, uint32(line), name, file)
		if !knotIsStd(pkg) {
			break
		}
	}
	return site
}
