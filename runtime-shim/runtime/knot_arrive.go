// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// What comes from outside is part of the schedule, so that a replay can wait for it.
//
// A goroutine goes out when it blocks on the network poller or stays in a system call (or in C code) until it loses
// the P; it arrives when the poller or the kernel gives it back, and then goes on to its next scheduling point
// without a decision. When that happens is a matter of real time, so the schedule says it: beside the numbers of
// goroutines it has entries (fuzzer/wire/abi.h)
//
//	BLOCKED g   g has gone out, for I/O
//	CALL g n    g has gone out, in a system call; n is a hash of which
//	ARRIVED g   g goes on
//	IDLE        the next timer fires since nobody can run, where something from outside might have come first
//	SIGNAL      the loop of os/signal goes on: it hands a signal to the program
//	MOVED g n   g has read n bytes, or written n of more (knot_moved.go)
//	CLOCK ns    virtual time, which goes at the pace of real time while something is outstanding
//
// I/O on a file that the poller knows is a scheduling point before it is tried. So it makes no difference to the
// order of steps whether what is read is there already or has to be waited for.
//
// Who follows a schedule holds back what arrives too early, and waits for what is late: for a goroutine that goes
// out where the schedule does not say so (a stray) at once, for others when their ARRIVED is next. One that went out in
// the schedule is kept from trying its I/O until then (barred), since it might find less, or more, than it found then.

// knotFollowing reports whether entries of a schedule to be followed are left.
//
//go:nosplit
func knotFollowing() bool { return knot.prefixPos < knot.req.prefixLen }

// knotOldIO: the schedule to be followed is one of a crash file from before arrivals were part of schedules.
func knotOldIO() bool { return knot.hdr.cfgFlags&knotCfgOldIo != 0 }

// knotAhead is slot i of the entries that are next.
//
//go:nosplit
func knotAhead(i uint32) uint16 {
	r := &knot.req
	if knot.prefixPos+i >= r.prefixLen {
		return knotGNone
	}
	return knot.decIn[(r.prefixOff+knot.prefixPos+i)%knotDecisionInSlots]
}

// knotNamed is the goroutine with number d in this run, nil when there is none.
func knotNamed(d uint16) *g {
	if uint32(d) >= knot.nextIdx {
		return nil
	}
	gp := knot.byIdx[d].ptr()
	if gp == nil || gp.knot.run != knot.run || gp.knot.idx != d {
		return nil
	}
	return gp
}

// knotIOPoint is called first where package internal/poll is about to try an operation.
//
//go:noinline
func knotIOPoint(pd *pollDesc) {
	gp := getg()
	if !knotMay(gp) || knotOldIO() {
		return
	}
	knotPoint(gp, knotOpIo, knotIOSite(getfp()), uintptr(unsafe.Pointer(pd)))
	knotIOBar(gp)
}

// knotIOBar keeps gp from trying its I/O when it went out here in the schedule that is followed.
func knotIOBar(gp *g) {
	k := &gp.knot
	if !knotFollowing() || knotAhead(0) != knotDecisionBlocked || knotAhead(1) != k.idx {
		return
	}
	knot.prefixPos += 2
	k.out, k.inCall, k.noted, k.barred = true, false, true, true
	knotRecordOut(gp)
	knot.nheld++
	gopark(nil, nil, waitReasonIOWait, traceBlockNet, 1)
}

// knotIOClosed is called when pd is closed: whoever opens it next, which is a matter of the order in which those that
// are outside close theirs, has another primitive.
func knotIOClosed(pd *pollDesc) {
	if knot.hdr.cfgFlags&knotCfgOldDescs == 0 {
		knotPrims.forget(uint64(uintptr(unsafe.Pointer(pd))))
	}
}

// knotWaitsHere reports whether gp, back from a system call within which it has kept the P, had lost it there in the
// schedule that is followed: it must not see the clock, for one, before the time has passed that passed then.
//
//go:nosplit
func knotWaitsHere(gp *g) bool {
	return knotFollowing() && knotAhead(0) == knotDecisionCall && gp.knot.run == knot.run &&
		knotAhead(1) == gp.knot.idx && gp.m.curg == gp && gp.m.locks == 0
}

// knotKeep_m holds such a goroutine when it was this call. Called by mcall.
func knotKeep_m(gp *g) {
	k := &gp.knot
	k.call = knotCallHash(gp)
	if k.call != knotAhead(2) {
		gogo(&gp.sched)
	}
	knot.prefixPos += 3
	k.out, k.inCall, k.noted, k.held = true, true, true, true
	knotRecordOut(gp)
	knot.nheld++
	casgstatus(gp, _Grunning, _Grunnable)
	dropg()
	schedule()
}

// knotIOSite is the position outside the packages that do I/O for everybody. fp is the frame pointer of an entry point.
func knotIOSite(fp uintptr) uint32 {
	pc, fp := knotFrame2(fp)
	return knotOuterIO(pc, fp, knotOpIo)
}

// knotOuterIO does the same for a return address and the frame pointer of the frame that it is into.
func knotOuterIO(pc, fp uintptr, op uint8) uint32 {
	first := uint32(0)
	for depth := 0; depth < 24 && pc != 0 && fp != 0; depth++ {
		e := knotPCs.get(pc, op)
		if e.kind == knotPCSite {
			return e.site
		}
		if first == 0 {
			first = e.site
		}
		pc = *(*uintptr)(unsafe.Pointer(fp + 8))
		fp = *(*uintptr)(unsafe.Pointer(fp))
	}
	return first
}

// knotRecordMark records an entry about a goroutine.
func knotRecordMark(kind, idx uint16) {
	knotRecordDecision(kind)
	knotRecordSlot(idx)
}

// knotRecordClock records virtual time after it has gone at the pace of real time.
func knotRecordClock() {
	knot.vtReal = false
	ns := uint64(knot.vt - knotEpoch)
	knotRecordSlot(knotDecisionClock)
	for i := 0; i < knotDecisionClockSlots-1; i++ {
		knotRecordSlot(uint16(ns >> (16 * i)))
	}
}

// knotWentOut notes that gp waits for the outside.
func knotWentOut(gp *g) {
	knotOwn(gp)
	k := &gp.knot
	if k.out {
		return
	}
	k.out, k.inCall, k.noted = true, knotInCall(gp), false
	if k.inCall {
		k.call = knotCallHash(gp)
	}
	switch {
	case knotOldIO():
	case knotFollowing():
		knot.wentOut.set(gp)
	default:
		k.noted = true
		knotRecordOut(gp)
	}
}

// knotRecordOut records the entry that says that gp has gone out.
func knotRecordOut(gp *g) {
	k := &gp.knot
	if k.inCall {
		knotRecordMark(knotDecisionCall, k.idx)
		knotRecordSlot(k.call)
	} else {
		knotRecordMark(knotDecisionBlocked, k.idx)
	}
}

// knotOutIsAt reports whether slot i of the entries that are next is that entry.
func knotOutIsAt(i uint32, gp *g) bool {
	k := &gp.knot
	if knotAhead(i+1) != k.idx {
		return false
	}
	if k.inCall {
		return knotAhead(i) == knotDecisionCall && knotAhead(i+2) == k.call
	}
	return knotAhead(i) == knotDecisionBlocked
}

// knotAheadMax is how many slots knotNextOf looks at.
const knotAheadMax = 4096

// knotNextOf is the slot, not before from, of the next entry of a kind about gp that comes before gp's next step.
func knotNextOf(gp *g, kind uint16, from uint32) (slot uint32, found bool) {
	end := min(knot.req.prefixLen-knot.prefixPos, knotAheadMax)
	for i := from; i < end; {
		d := knotAhead(i)
		if d == gp.knot.idx {
			return 0, false
		}
		if d == kind && knotAhead(i+1) == gp.knot.idx {
			return i, true
		}
		i += knotEntrySlots(d)
	}
	return 0, false
}

// knotOutComes reports whether the entry that says that gp has gone out comes before the next step of gp's. It is not
// always the next one: several may have arrived together, and the first of them gone out again before the second went on;
// and gp may have been quicker this time than what others did meanwhile, or not have had to go out for what it did before.
func knotOutComes(gp *g) bool {
	kind := uint16(knotDecisionBlocked)
	if gp.knot.inCall {
		kind = knotDecisionCall
	}
	i, found := knotNextOf(gp, kind, 0)
	for found && !knotOutIsAt(i, gp) {
		i, found = knotNextOf(gp, kind, i+knotEntrySlots(kind))
	}
	return found
}

// knotEntrySlots is how many slots an entry that begins with d takes.
func knotEntrySlots(d uint16) uint32 {
	switch d {
	case knotDecisionBlocked, knotDecisionArrived:
		return 2
	case knotDecisionCall:
		return 3
	case knotDecisionMoved:
		return knotDecisionMovedSlots
	case knotDecisionClock:
		return knotDecisionClockSlots
	}
	return 1
}

// knotCallHash tells the system calls of a goroutine apart: by the place of the call in the package that makes it, and
// by that in the program.
func knotCallHash(gp *g) uint16 {
	fp := gp.syscallbp
	if fp < gp.stack.lo || fp >= gp.stack.hi-16 {
		return 0
	}
	pc := *(*uintptr)(unsafe.Pointer(fp + 8))
	first := knotPCs.get(pc, knotOpIo).site
	return uint16(knotMix(uint64(first)<<32 | uint64(knotOuterIO(pc, *(*uintptr)(unsafe.Pointer(fp)), knotOpIo))))
}

// knotLookOut looks for goroutines that have lost the P in a system call.
func knotLookOut() {
	knot.handedOff = false
	forEachG(func(gp *g) {
		if knotInCall(gp) && knotKind(gp) == knotKindUser && gp != knot.driver.ptr() {
			knotWentOut(gp)
		}
	})
}

// knotArrived decides about a goroutine that is back from outside and runnable. It reports whether it goes on at once.
func knotArrived(gp *g) bool {
	knotWentOut(gp)
	k := &gp.knot
	if knotOldIO() {
		k.out = false
		k.back = !k.blocked // I/O was a step of its own when it came
		knotExternal(gp, knotExtSyscall)
		return true
	}
	if knotFollowing() {
		k.held = true
		knot.nheld++
		return false
	}
	knotGoesOn(gp)
	return true
}

// knotGoesOn notes that gp goes on, to its next scheduling point.
func knotGoesOn(gp *g) {
	k := &gp.knot
	if !k.noted {
		knotRecordOut(gp)
	}
	knotRecordMark(knotDecisionArrived, k.idx)
	what := uint64(knotExtNetpoll)
	if k.inCall {
		what = knotExtSyscall
	}
	k.out, k.noted, k.blocked = false, false, false
	k.back = true
	knotExternal(gp, what)
}

// knotBackAlone notes that gp, at a scheduling point, has come back from a system call without the scheduler's help.
func knotBackAlone(gp *g) {
	if knot.wentOut.ptr() == gp {
		knot.wentOut = 0
	}
	if knot.stray.ptr() == gp {
		knot.stray = 0
	}
	if knotOldIO() {
		gp.knot.out, gp.knot.noted = false, false
		return
	}
	knotGoesOn(gp)
	gp.knot.back = false
}

// knotSignalArrived does the same for the loop of os/signal.
func knotSignalArrived(gp *g) bool {
	if knotOldIO() {
		return true
	}
	if knotFollowing() {
		if knotAhead(0) != knotDecisionSignal {
			knot.signalHeld.set(gp)
			return false
		}
		knot.prefixPos++
	}
	knotRecordDecision(knotDecisionSignal)
	knotExternal(nil, knotExtSignal)
	return true
}

// knotRelease lets one that is held or barred run. step: it is a candidate, and going on is a step.
func knotRelease(gp *g, step bool) {
	k := &gp.knot
	knot.nheld--
	knot.awaitSince = 0
	held := k.held
	k.held, k.barred = false, false
	if step {
		k.out, k.noted, k.back = false, false, false
	} else {
		knotGoesOn(gp)
	}
	systemstack(func() {
		switch {
		case !held:
			ready(gp, 0, false)
		case step:
			knotReadyAdd(gp)
		default:
			knotRunqputStock(getg().m.p.ptr(), gp)
		}
	})
}

// knotReleaseAll lets all go on when there is nothing left to follow. It reports whether there was anybody.
func knotReleaseAll() bool {
	any := knot.nheld > 0
	knot.wentOut, knot.stray, knot.awaitSince = 0, 0, 0
	if gp := knot.signalHeld.ptr(); gp != nil {
		any = true
		knot.signalHeld = 0
		knotSignalRelease(gp)
	}
	// In the order of numbers: that of arrival does not repeat.
	for i := uint32(0); i < knot.nextIdx && knot.nheld > 0; i++ {
		if gp := knotNamed(uint16(i)); gp != nil && (gp.knot.held || gp.knot.barred) {
			knotRelease(gp, false)
		}
	}
	return any
}

func knotSignalRelease(gp *g) {
	knotRecordDecision(knotDecisionSignal)
	knotExternal(nil, knotExtSignal)
	systemstack(func() { knotRunqputStock(getg().m.p.ptr(), gp) })
}

// Real time that a followed schedule waits for one thing from outside: in a replay, and before a chain.
const (
	knotAwaitMaxNs   = 2000 * 1000 * 1000
	knotAwaitChainNs = 200 * 1000 * 1000
	knotAwaitStopNs  = 3600 * 1000 * 1000 * 1000 // under a debugger: real time goes on while nothing else does
)

// knotWentOutLater reports whether gp, whose arrival is next, has not waited for that but is where it went out after it.
func knotWentOutLater(gp *g) bool {
	k := &gp.knot
	return k.out && !k.noted && knotOutComes(gp)
}

// knotAwait reports whether there is time left to wait for the outside. The caller goes through the scheduler.
func knotAwait() bool {
	limit := int64(knotAwaitChainNs)
	if knot.req.flags&knotReqReplay != 0 {
		limit = knotAwaitMaxNs
	}
	if knot.req.stopStep != 0 {
		limit = knotAwaitStopNs
	}
	now := nanotime1()
	if knot.awaitSince == 0 {
		knot.awaitSince = now
	}
	if now-knot.awaitSince > limit {
		return false
	}
	knot.awaiting = true
	return true
}

// knotDiverge gives up following.
func knotDiverge() {
	c := knot.cur
	c.flags |= knotRunDiverged
	c.divergedAt = c.steps
	knot.prefixPos = knot.req.prefixLen
}

// knotIsOut reports whether gp waits for the outside, whether or not that has been noted.
func knotIsOut(gp *g) bool {
	return gp.knot.out || knotInCall(gp)
}

// knotInCall reports whether gp is in a system call without the P, or back from it and about to ask for the P.
func knotInCall(gp *g) bool {
	s := readgstatus(gp) &^ _Gscan
	return s == _Gsyscall || gp.syscallsp != 0 && (s == _Grunning || s == _Grunnable)
}

// knotHeed carries out what a followed schedule says about the outside, up to the next decision. It reports false when
// the scheduler has to be gone through first: somebody goes on, or is waited for.
func knotHeed(self *g) bool {
	for knotFollowing() {
		d := knotAhead(0)
		if gp := knot.wentOut.ptr(); gp != nil {
			knot.wentOut = 0
			if !knotOutComes(gp) {
				knot.stray.set(gp)
			}
		}
		if gp := knot.stray.ptr(); gp != nil {
			if gp.knot.held {
				knot.stray = 0
				knotRelease(gp, false)
				return false
			}
			if !gp.knot.out {
				knot.stray = 0 // woken by another goroutine
				continue
			}
			if knotAwait() {
				return false
			}
			knot.stray = 0
			knotDiverge()
			break
		}
		switch d {
		case knotDecisionTimer, knotDecisionIdle, knotDecisionPreempt:
			return true
		case knotDecisionClock:
			ns := uint64(0)
			for i := uint32(0); i < knotDecisionClockSlots-1; i++ {
				ns |= uint64(knotAhead(1+i)) << (16 * i)
			}
			if vt := knotEpoch + int64(ns); vt > knot.vt {
				knot.vt = vt
				knot.vtReal = true
			}
			knot.prefixPos += knotEntrySlots(d)
		case knotDecisionMoved:
			knot.prefixPos += knotEntrySlots(d) // its goroutine has moved something else
		case knotDecisionBlocked, knotDecisionCall:
			gp := knotNamed(knotAhead(1))
			if gp != nil && knotInCall(gp) {
				knotWentOut(gp)
				knot.wentOut = 0
			}
			if gp != nil && gp.knot.out && knotOutIsAt(0, gp) {
				gp.knot.noted = true
				knotRecordOut(gp)
			}
			knot.prefixPos += knotEntrySlots(d)
		case knotDecisionArrived:
			gp := knotNamed(knotAhead(1))
			switch {
			case gp == nil:
				knotDiverge()
			case gp.knot.held || gp.knot.barred:
				knot.prefixPos += 2
				knotRelease(gp, false)
				return false
			case knotIsOut(gp) && !knotWentOutLater(gp):
				if knotAwait() {
					return false
				}
				knotDiverge()
			default:
				knot.prefixPos += 2 // it did not have to wait here
			}
		case knotDecisionSignal:
			if gp := knot.signalHeld.ptr(); gp != nil {
				knot.signalHeld = 0
				knot.prefixPos++
				knot.awaitSince = 0
				knotSignalRelease(gp)
				return false
			}
			if knotAwait() {
				return false
			}
			knotDiverge()
		default:
			gp := knotNamed(d)
			switch {
			case gp == nil || gp == self || gp.knot.readyIdx >= 0:
			case gp.knot.held || gp.knot.barred:
				// Where the schedule had it go out without an arrival, another goroutine woke it.
				step := gp.knot.noted
				knotRelease(gp, step)
				return step && gp.knot.readyIdx >= 0
			case knotIsOut(gp) && knotAwait():
				return false
			}
			knot.awaitSince = 0
			return true
		}
	}
	return !knotReleaseAll()
}
