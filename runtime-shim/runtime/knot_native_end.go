// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// How a native run ends badly. A goroutine of goknot's own, the watcher, looks at the run from time to time.
// When everything of the program is blocked inside the program and no timer and nothing outside is left that
// could change that, the run has deadlocked: this is looked at with the world stopped, so it is a proof and
// not a guess. Go's own check never gets its turn, since the watcher's thread is always in a system call; it would not
// look while anything is linked that uses threads of its own.
//
// Behind the end of the test the driver looks the same way, again and again with growing pauses, until all
// goroutines of the run have ended, or what is left can never go on, or patience is over.

const (
	knotNatTickNs  = 5 * 1000 * 1000
	knotNatLeftNs  = 1000 * 1000 * 1000 // how long goroutines may go on behind the end of the test
	knotNatQuietNs = 1000 * 1000 * 1000 // how long only something outside could go on
)

// knotNatLook is what a look at the goroutines of the run has shown.
type knotNatLook struct {
	left    int    // of the run, not ended
	blocked int    // ... inside the program
	live    int    // ... the others
	others  int    // live goroutines that are none of the run's, and pending timers
	outside bool   // something outside could wake somebody
	snaps   uint32 // records in the snapshot
}

// quiet: nothing inside the program goes on ever again by itself.
func (l *knotNatLook) quiet() bool { return l.live == 0 && l.others == 0 }

// knotNatState is knotSnapState where there is more than one P.
func knotNatState(gp *g) uint8 {
	s := knotSnapState(gp)
	if s != knotSnapBlocked {
		return s
	}
	reason := gp.waitreason.String()
	for _, inside := range [...]string{"chan ", "select", "sync.", "semacquire", "coroutine"} {
		if len(reason) >= len(inside) && reason[:len(inside)] == inside {
			return s
		}
	}
	return knotSnapRunnable // waits for the collector or the like
}

// knotNatSurvey looks at every goroutine. write: the world is stopped, and the snapshot is written.
func knotNatSurvey(write bool) (l knotNatLook) {
	forEachG(func(gp *g) {
		s := readgstatus(gp) &^ _Gscan
		if knotIsNobody(s) || gp == getg().m.curg || gp == knot.reporter.ptr() {
			return
		}
		if gp == knot.driver.ptr() {
			if s != _Gwaiting {
				l.others++ // between two runs, or about to end this one
			}
			return
		}
		lock(&knotNat.mu)
		kind := knotKind(gp)
		unlock(&knotNat.mu)
		if kind != knotKindUser {
			return
		}
		state := knotNatState(gp)
		if gp.knot.run != knot.run || gp.knot.flags&1 != 0 {
			if state == knotSnapIO {
				l.outside = true
			} else if state != knotSnapBlocked {
				l.others++
			}
		} else {
			l.left++
			if state == knotSnapBlocked {
				l.blocked++
			} else if state == knotSnapIO {
				l.outside = true
			} else {
				l.live++
			}
		}
		if write && gp.knot.run == knot.run && l.snaps < knotSnapSlots {
			knotNatSnap(gp, state, &knot.snaps[l.snaps], &knotNatPrims[l.snaps])
			l.snaps++
		}
	})
	for _, pp := range allp {
		if n := int(pp.timers.len.Load()) - int(pp.timers.zombies.Load()); n > 0 {
			l.others += n
		}
	}
	if sig.inuse || netpollinited() && netpollAnyWaiters() {
		l.outside = true
	}
	return l
}

// knotNatSure is knotNatSurvey with the world stopped.
func knotNatSure() (l knotNatLook) {
	stw := stopTheWorld(stwUnknown)
	knotNat.stopped = true
	systemstack(func() {
		l = knotNatSurvey(true)
		// Who waits for the runtime waits by the same reason as others wait for a semaphore of the program's: for this look,
		// perhaps, or for one of the collector's workers, which has come to where it stops before it has given back what it took.
		for _, sema := range [...]*uint32{&work.startSema, &work.markDoneSema, &gcsema, &worldsema, &metricsSema, &goroutineProfile.sema,
			&traceAdvanceSema, &traceShutdownSema} {
			if knotNatAwaited(sema) {
				l.others++
			}
		}
	})
	knotNat.stopped = false
	startTheWorld(stw)
	return l
}

// knotNatAwaited reports whether a goroutine waits for a semaphore of the runtime's. The world is stopped.
func knotNatAwaited(sema *uint32) bool {
	addr := uintptr(unsafe.Pointer(sema))
	for t := semtable.rootFor(sema).treap; t != nil; {
		switch at := knotSudogElem(t); {
		case at == addr:
			return true
		case addr < at:
			t = t.prev
		default:
			t = t.next
		}
	}
	return false
}

// knotNatSnap writes down how a goroutine of the run stands.
func knotNatSnap(gp *g, state uint8, r *knotShmSnap, prim *uintptr) {
	k := &gp.knot
	*r = knotShmSnap{
		g:      k.idx,
		op:     k.pendOp,
		state:  state,
		site:   k.pendSite,
		holder: knotGNone,
		reason: uint32(gp.waitreason),
		goid:   uint32(gp.goid),
	}
	*prim = k.pendPrim
	op, pc := knotNatWhere(gp, state)
	if op == knotOpNone {
		op = k.pendOp
	}
	if k.depth > 0 && knotNormalOp(k.hooks[k.depth-1].op) == op && !k.busy {
		// At the hook before the operation, or in an operation that nothing has taken the name for.
		r.op, r.site = op, k.hooks[k.depth-1].id
		*prim = 0
	} else if !k.busy || knotNormalOp(k.pendOp) != op {
		r.op, r.site = op, 0
		*prim = 0
		if pc != 0 {
			_, r.site = knotResolve(pc, op)
		}
	}
	if *prim == 0 && gp.waiting != nil && gp.waiting.waitlink == nil {
		*prim = uintptr(unsafe.Pointer(knotSudogChan(gp.waiting)))
	}
	if k.path == knotPathRoot {
		r.flags |= 1
	}
	if k.flags&1 != 0 {
		r.flags |= 2
	}
}

// knotNatOps are the operations by the function that a goroutine blocks in.
var knotNatOps = [...]struct {
	name string
	op   uint8
}{
	{"runtime.chansend1", knotOpSend},
	{"runtime.chanrecv1", knotOpRecv},
	{"runtime.chanrecv2", knotOpRecv},
	{"runtime.selectgo", knotOpSelect},
	{"runtime.block", knotOpSelect},
	{"runtime.timeSleep", knotOpSleep},
	{"time.Sleep", knotOpSleep},
	{"sync.(*Mutex).Lock", knotOpLock},
	{"sync.(*RWMutex).Lock", knotOpLock},
	{"sync.(*RWMutex).RLock", knotOpRlock},
	{"sync.(*WaitGroup).Wait", knotOpWgwait},
	{"sync.(*Cond).Wait", knotOpCondwait},
	{"sync.(*Once).Do", knotOpOnce},
}

// knotNatWhere finds the operation that gp is in and the first position outside the runtime and package
// sync. The world is stopped.
func knotNatWhere(gp *g, state uint8) (op uint8, pc uintptr) {
	if state == knotSnapIO {
		op = knotOpIo
	}
	if s := readgstatus(gp) &^ _Gscan; s == _Grunning {
		return op, 0
	}
	var pcs [32]uintptr
	n := gcallers(gp, 0, pcs[:])
	for _, pc := range pcs[:n] {
		f := findfunc(pc)
		if !f.valid() {
			continue
		}
		u, uf := newInlineUnwinder(f, pc-1)
		name := u.srcFunc(uf).name()
		switch name[:knotPkgLen(name)] {
		case "runtime", "sync", "internal/sync", "time":
			for i := range knotNatOps {
				if knotNatOps[i].name == name && op != knotOpIo {
					op = knotNatOps[i].op
				}
			}
			continue
		}
		return op, pc
	}
	return op, 0
}

// knotNatLeft waits for the goroutines of the run to end. It runs on the driver.
func knotNatLeft() (l knotNatLook) {
	began := nanotime1()
	Gosched()
	for pause := int64(10 * 1000); ; pause = min(pause*2, 50*1000*1000) {
		if knotNat.alive.Load() == 0 {
			return knotNatLook{}
		}
		if l = knotNatSurvey(false); l.quiet() && !l.outside {
			if l = knotNatSure(); l.quiet() && !l.outside {
				return l
			}
		}
		if nanotime1()-began > knotNatLeftNs {
			return knotNatSure()
		}
		timeSleep(pause)
	}
}

var knotNatTickNote note // on which the watcher sleeps

// knotNatWatch is the watcher. Its thread sleeps, as in a system call: for a timer that is pending the scheduler would read the time
// whenever it looks for work, which is a tenth of what goroutines that wake each other do.
func knotNatWatch() {
	n := &knotNat
	getg().knot.kind = knotKindSystem
	knot.reporter.set(getg())
	run, head, since := uint64(0), uint64(0), int64(0)
	for {
		noteclear(&knotNatTickNote)
		notetsleepg(&knotNatTickNote, knotNatTickNs)
		if !n.on || n.taken.Load() != 0 || run != knot.run {
			run, since = knot.run, 0
			continue
		}
		now := nanotime1()
		if limit := int64(knot.req.timeoutMs) * 1000000; limit > 0 && now-n.started > limit {
			knotNatGiveUp(knotEndTimeout)
			continue
		}
		l := knotNatSurvey(false)
		if h := knotNatProgress(); !l.quiet() || h != head {
			head, since = h, now
			continue
		}
		if !l.outside {
			knotNatGiveUp(knotEndDeadlock)
		} else if since != 0 && now-since > knotNatQuietNs {
			knotNatGiveUp(knotEndExtwait)
		}
	}
}

// knotNatGiveUp ends the run, and the process, if end is true when nothing moves.
func knotNatGiveUp(end uint32) {
	n, c := &knotNat, knot.cur
	l := knotNatSure()
	if end != knotEndTimeout && (!l.quiet() || end == knotEndDeadlock && l.outside) || !n.taken.CompareAndSwap(0, 2) {
		return
	}
	knotProbeMark(knotProbeEnd)
	n.rec, n.plain, n.bloom = false, knotNoRun, 0
	knotNatLearn()
	nsnap := knotNatHolders(l.snaps)
	knotDumpStacks()
	knotLive = uint32(l.live)
	c.bucket = knotSnapBucket(end, nsnap)
	c.flags |= knotRunTainted
	if l.live > 0 {
		c.flags |= knotRunLiveLeft
	}
	knotNatResult(end, nsnap)
	knotLeave()
}
