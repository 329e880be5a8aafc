// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// What a run ended in. A run that cannot go on (deadlock, step limit, waiting for the outside) leaves the
// driver blocked for ever, so another goroutine, the reporter, writes the result and ends the process.
// A process that dies of a panic or a fatal error, or that calls os.Exit, leaves the reason in struct
// knot_shm_current, which outlives it.

// knotLive is the number of goroutines of the run left running, ticking or waiting for I/O.
var knotLive uint32

// knotOutside is how many of those wait for I/O or for a signal: a run that leaves one behind is listed.
var knotOutside uint32

func knotStartReporter() {
	go knotReporter()
	for knot.reporter == 0 {
		Gosched()
	}
}

func knotReporter() {
	knot.reporter.set(getg())
	gopark(nil, nil, waitReasonZero, traceBlockForever, 1)
	c := knot.cur
	knotProbeMark(knotProbeEnd)
	knot.vtOff = knot.vt
	knot.realOff = nanotime1()
	knot.on = false
	end := c.end
	n, _, _ := knotSnapshot()
	knotDumpStacks()
	if c.bucket>>32 == knotEndFail {
		knotTellFailure()
	}
	if end == knotEndTimeout { // who was where when the time was up is a matter of chance
		c.bucket = knotRingBucket(n)
	} else {
		c.bucket = knotSnapBucket(end, n)
	}
	if end == knotEndExtwait || end == knotEndSteps {
		knotProve(n) // something lives; those that it cannot reach wait for good
	}
	c.flags |= knotRunTainted
	knotResult(end, n)
	knotLeave()
}

// knotFailText is what the test of this run had logged last when it first failed: "a_test.go:12: what is wrong".
var knotFailText string

// knotTellFailure prints what package testing would have printed at the end of the test.
func knotTellFailure() {
	if knotFailText == "" {
		return
	}
	line := []byte("\ngoknot: the test had failed before, at " + knotFailText + "\n")
	write(2, unsafe.Pointer(&line[0]), int32(len(line)))
}

// knotStop ends the run from inside the scheduler: nothing of it runs again.
func knotStop(end uint32) {
	if knot.forced {
		return
	}
	knot.forced = true
	knot.cur.end = end
	gp := knot.reporter.ptr()
	systemstack(func() { ready(gp, 0, false) })
}

func knotOverLimit() *g {
	knotStop(knotEndSteps)
	return nil
}

// States of a goroutine in the snapshot, struct knot_shm_snap.
const (
	knotSnapRunning = 1 + iota
	knotSnapRunnable
	knotSnapBlocked
	knotSnapTicking
	knotSnapIO
	knotSnapSyscall
)

func knotSnapState(gp *g) uint8 {
	switch readgstatus(gp) &^ _Gscan {
	case _Grunning:
		return knotSnapRunning
	case _Gsyscall:
		return knotSnapSyscall
	case _Gwaiting:
		switch gp.waitreason {
		case waitReasonSleep:
			return knotSnapTicking
		case waitReasonIOWait:
			return knotSnapIO
		}
		for sg := gp.waiting; sg != nil; sg = sg.waitlink {
			if c := knotSudogChan(sg); c != nil && knotTimerFeeds(c) {
				return knotSnapTicking
			}
		}
		if knotHearsSignals(gp) {
			return knotSnapIO
		}
		return knotSnapBlocked
	}
	return knotSnapRunnable
}

// knotTimerFeeds reports whether a pending timer sends on c. A channel knows its timer only where timer
// channels are synchronous: with asynctimerchan=1, which a go.mod that says less than go 1.23 means, it is
// the timer alone that knows the channel.
func knotTimerFeeds(c *hchan) bool {
	if c.timer != nil {
		return c.timer.when != 0
	}
	if !knotNat.attached {
		return knotHeapFeeds(&allp[0].timers, c)
	}
	for _, pp := range allp {
		// While the world runs the heaps change; a timer in one of them keeps the run from being over anyway.
		if knotNat.stopped && knotHeapFeeds(&pp.timers, c) {
			return true
		}
	}
	return false
}

func knotHeapFeeds(ts *timers, c *hchan) bool {
	for _, tw := range ts.heap {
		if t := tw.timer; t.when > 0 && efaceOf(&t.arg).data == unsafe.Pointer(c) {
			return true
		}
	}
	return false
}

// knotSnapshot writes down how every goroutine of the run stands. leaked counts those that are blocked on
// something inside the program, live the others.
func knotSnapshot() (n uint32, leaked, live int) {
	knotLive, knotOutside = 0, 0
	forEachG(func(gp *g) {
		s := readgstatus(gp) &^ _Gscan
		if s == _Gdead || s == _Gidle || gp.knot.run != knot.run || knotKind(gp) != knotKindUser {
			return
		}
		if gp == knot.driver.ptr() || gp == knot.reporter.ptr() {
			return
		}
		k := &gp.knot
		state := knotSnapState(gp)
		if k.flags&1 == 0 {
			if state == knotSnapBlocked {
				leaked++
			} else {
				live++
			}
			if state == knotSnapIO {
				knotOutside++
			}
		}
		if n >= knotSnapSlots {
			return
		}
		r := &knot.snaps[n]
		*r = knotShmSnap{
			g:      k.idx,
			op:     k.pendOp,
			state:  state,
			site:   k.shownSite(),
			prim:   k.primID,
			holder: knotGNone,
			reason: uint32(gp.waitreason),
			goid:   uint32(gp.goid),
		}
		if k.computing {
			r.site = k.aside.site
		}
		if pe := knotPrim(k.pendPrim); pe != nil {
			r.holder = uint32(pe.owner)
			if pe.owner == knotGNone && pe.readers > 0 {
				r.holder = uint32(pe.lastR)
			}
			if pe.readers > 0 {
				r.readers = uint32(pe.readers)
			}
		}
		if k.path == knotPathRoot {
			r.flags |= 1
		}
		if k.flags&1 != 0 {
			r.flags |= 2
		}
		n++
	})
	knotLive = uint32(live)
	return n, leaked, live
}

// knotProve marks the goroutines of the snapshot that the collector proves leaked, and returns how many of the run's these are. It comes
// after the snapshot and the dump, since the program may go on meanwhile.
func knotProve(n uint32) (proved int) {
	if !knotCollectLeaks() {
		return 0
	}
	knot.cur.flags |= knotRunCollected
	forEachG(func(gp *g) {
		if !knotIsLeaked(gp) {
			return
		}
		for i := uint32(0); i < n; i++ {
			if r := &knot.snaps[i]; r.goid == uint32(gp.goid) && r.state == knotSnapBlocked && !knotMeansIt(gp) {
				r.flags |= 8
				if r.flags&2 == 0 {
					proved++
				}
			}
		}
	})
	return proved
}

// Runs may leave so many goroutines in a process, and have a heap of so many bytes with what these refer to: the proof takes time by it.
const (
	knotLeftMax   = 256
	knotLeftBytes = 32 << 20
)

// knotKeeps reports whether the process is fit for another run behind one that leaked: nothing can ever wake the goroutines of the snapshot,
// and so they are as good as gone, unless one holds a lock that others may come to wait for.
func knotKeeps(n uint32, leaked, proved int) bool {
	if proved != leaked || int(knot.alive) != leaked || knotLive != 0 || knotOutside != 0 {
		return false
	}
	for i := range n {
		if knotPrims.holds(knot.snaps[i].g) {
			return false
		}
	}
	knotOrigGosched() // as knotCollect
	knot.heapBase = gcController.heapLive.Load()
	knot.left += uint32(leaked)
	return knot.left <= knotLeftMax && knot.heapBase <= knotLeftBytes
}

// knotMeansIt reports whether gp says itself that it will wait for ever, in a run that is stopped before its end.
func knotMeansIt(gp *g) bool {
	return knot.forced && gp.waitreason == waitReasonSelectNoCases
}

// knotProving: the collector looks for goroutines that nothing live can wake.
var knotProving bool

// knotTinyDropped takes from the processors the blocks that they make tiny objects in, which the collector else
// counts as live: a lock that nobody reaches may lie in one. The world is stopped.
func knotTinyDropped() bool {
	if !knotProving {
		return false
	}
	for _, pp := range allp {
		if c := pp.mcache; c != nil {
			c.tiny = 0
		}
	}
	return true
}

// knotSnapBucket names the kind of a bad end by what is blocked where, whoever it is and however often.
func knotSnapBucket(end, n uint32) uint64 {
	sum := uint64(0)
	for i := uint32(0); i < n; i++ {
		s := &knot.snaps[i]
		if s.state != knotSnapBlocked && end != knotEndSteps {
			continue
		}
		dup := false
		for j := uint32(0); j < i && !dup; j++ {
			t := &knot.snaps[j]
			dup = t.site == s.site && t.op == s.op && t.state == s.state
		}
		if !dup {
			sum += knotMix(uint64(s.site)<<8 | uint64(s.op))
		}
	}
	return knotMix(sum + uint64(end))
}

// knotRingBucket names goroutines of the snapshot that wait in a ring for each other's locks, 0 = there is none. Nothing
// can change that any more, whatever else is under way. Which readers hold a lock only goknot knows.
func knotRingBucket(n uint32) uint64 {
	sum := uint64(0)
	for i := uint32(0); i < n; i++ {
		at := i
		for hops := uint32(0); hops < n && at < n; hops++ {
			s := &knot.snaps[at]
			if s.state != knotSnapBlocked || s.op != knotOpLock && s.op != knotOpRlock || s.readers != 0 {
				break
			}
			for at = 0; at < n && uint32(knot.snaps[at].g) != s.holder; at++ {
			}
			if at == i {
				sum += knotMix(uint64(knot.snaps[i].site)<<8 | uint64(knot.snaps[i].op))
				break
			}
		}
	}
	if sum == 0 {
		return 0
	}
	return knotMix(sum + knotEndTimeout)
}

// knotRingFires is how many timers a program may wait for before it is looked at for a ring: one that serves and ticks
// would go on until its time is up.
const knotRingFires = 1000

// knotServesOn reports whether the program only goes on because of timers and the outside, and some of its goroutines
// wait for each other for good. When that is asked depends on the schedule alone.
func knotServesOn() bool {
	if knot.timersFired < knotRingFires || !knotIsProgram() {
		return false
	}
	knot.timersFired = 0
	n, _, _ := knotSnapshot()
	return knotRingBucket(n) != 0
}

// knotDumpStacks leaves Go's own goroutine dump for goknot.
func knotDumpStacks() {
	n := Stack(knot.dump[:], true)
	knot.hdr.dumpLen = uint64(n)
}

// knotDying is called when the process is about to die of a panic or a fatal error.
func knotDying(end uint32) {
	if !knot.on && !knotNat.on {
		return
	}
	c := knot.cur
	if c.end == knotEndPanic || c.end == knotEndFatal {
		return
	}
	c.end = end
	knotRaceTake()
	if knotNat.on {
		knotNatChainReport()
	}
	gp := getg()
	if gp == gp.m.g0 || gp == gp.m.gsignal {
		return
	}
	var pcs [64]uintptr
	n := callers(0, pcs[:])
	first := 0
	for i := 0; i < n; i++ {
		switch funcname(findfunc(pcs[i])) {
		case "runtime.gopanic", "runtime.sigpanic":
			first = i + 1
		}
	}
	sum := uint64(end)
	taken := 0
	for i := first; i < n && taken < 3; i++ {
		f := findfunc(pcs[i])
		name := funcname(f)
		if pkg := name[:knotPkgLen(name)]; pkg == "runtime" || pkg == "sync" || pkg == "internal/sync" {
			continue
		}
		line := uint(0)
		if taken == 0 {
			_, l := funcline(f, pcs[i]-1)
			line = uint(l)
		}
		sum = knotMix(sum ^ uint64(knotFnvUint(knotFnv(2166136261, name), line)))
		taken++
	}
	c.bucket = sum
}

// knotThrown is called by fatalthrow. Only errors that the program made (unlock of unlocked mutex,
// concurrent map writes) leave the stack in a state in which it can be walked.
//
//go:nosplit
func knotThrown(t throwType) {
	if !knot.on && !knotNat.on {
		return
	}
	if t == throwTypeUser {
		knotDying(knotEndFatal)
	} else if knot.cur.end != knotEndPanic {
		knot.cur.end = knotEndFatal
	}
}

// knotOSExit is called by os.Exit.
func knotOSExit(code int) {
	if !knot.on && !knotNat.on {
		return
	}
	if knotIsProgram() && code == 0 {
		knotProgramEnd()
		return
	}
	knot.cur.end = knotEndOsexit
	knotRaceTake()
	knot.cur.exitCode = uint32(code)
	knot.cur.bucket = knotMix(uint64(code) + knotEndOsexit)
	if knotIsProgram() {
		knotProgramExit()
	}
}

// knotTestFailed is called by package testing where a test is marked as failed. The first position in a test
// file names the failure, else the first outside package testing: assertion libraries fail in one place for
// everybody. The pre-bucket holds it as a site, which tells goknot which of the lines the test has logged
// is the failure.
func knotTestFailed() {
	if !knot.on && !knotNat.on || knot.cur.bucket != 0 {
		return
	}
	var pcs [32]uintptr
	n := callers(1, pcs[:])
	for _, pc := range pcs[:n] {
		f := findfunc(pc)
		name := funcname(f)
		switch name[:knotPkgLen(name)] {
		case "testing", "runtime", "structs":
			continue
		}
		file, line := funcline(f, pc-1)
		test := len(file) > 8 && file[len(file)-8:] == "_test.go"
		if knot.cur.bucket != 0 && !test {
			continue
		}
		knotEndSite(knotEndFail, name, file, line)
		if test {
			return
		}
	}
}

// knotEndSite makes the position of a bad end its pre-bucket, as a site.
func knotEndSite(end uint64, name, file string, line int32) {
	h := knotFnvUint(knotFnv(2166136261, name), uint(line))
	lock(&knotNat.mu)
	knotWriteSite(h, uint32(line), name, file)
	unlock(&knotNat.mu)
	knot.cur.bucket = end<<32 | uint64(h)
}

// knotFailedIn names the function at pc as the failure: an example, whose output is not the one wanted.
func knotFailedIn(pc uintptr) {
	if f := findfunc(pc); (knot.on || knotNat.on) && knot.cur.bucket == 0 && f.valid() {
		file, line := funcline(f, pc)
		knotEndSite(knotEndFail, funcname(f), file, line)
	}
}
