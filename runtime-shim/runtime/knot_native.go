// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "internal/runtime/atomic"

// Native mode: the stock scheduler, the machine's parallelism, the real clock, the real random numbers and
// the stock collector. knot.on is never set, so every edit of the runtime falls through to what was there;
// what goknot does is in the files knot_native*.go:
//
//	knot_native.go        state, requests, begin and end of a run
//	knot_native_hook.go   what the inserted hooks and the runtime's operations call
//	knot_native_chain.go  order control: bounded waiting with cancel (after GoPie, ASE 2023)
//	knot_native_ring.go   the event ring with many writers, and what is learnt from it behind a run
//	knot_native_end.go    deadlock, leak, time-out: looking at the goroutines of a run
//
// An operation without an inserted hook is neither recorded nor ordered. An operation with one costs a
// branch on bloom, which has a bit for each site of the chain, or all bits while events are recorded.
//
// What is per goroutine (g.knot) is touched by that goroutine only, or while the world is stopped. What
// several threads write is atomic or under mu.
type knotNative struct {
	// Read by every hook, written between runs.
	bloom  uint64 // sites whose hooks do something, by their last six bits
	rec    bool   // events are recorded
	clocks bool   // ... and ordered by clocks
	plain  uint64 // the run, if events are recorded and no chain is to be kept to; else knotNoRun
	on     bool   // a run is under way: goroutines get names

	attached bool
	watched  bool // the watcher has been started
	stopped  bool // the world is, to look at it
	ended    bool // the event ring is full
	full     bool // ... and no chain needs names: operations are only counted
	chainLen uint32
	stamp    uint32 // of cursor 0
	block    uint64 // slots of the event ring that are claimed at a time
	evSoon   uint64 // first cursor whose slot may not be ready
	waitNs   int64
	started  int64 // of the run, real time
	kept     uint64
	lastKeys *[65536]uint64 // key of each goroutine's last operation, while pairs are looked up
	paths    *[65536]uint64
	order    *[2][knotEventSlots]uint64 // knotNatOrder
	_        [64]byte

	// Written by many threads.
	mu      mutex // names: knotOrdinals, knotPCs, kinds of goroutines, the site table
	alive   atomic.Int32
	nextIdx atomic.Uint32
	taken   atomic.Uint32 // who ends the run: 0 nobody yet, 1 the driver, 2 the watcher
	lost    atomic.Uint32
	unused  atomic.Uint32 // slots claimed behind the end of the ring
	_       [64]byte

	turn    uint32 // futex: grows when an element is done or waiting is over
	waiters atomic.Int32
	done    atomic.Uint32 // elements of the chain executed, a bit each; the same for the others
	tried   atomic.Uint32 // atomic operations about to be executed: there is no hook behind them
	reached atomic.Uint32
	waited  atomic.Uint32
	ordered atomic.Uint32
	expired atomic.Uint32
	cancel  atomic.Uint32
}

var knotNat = knotNative{plain: knotNoRun}

const knotNoRun = ^uint64(0) // of no goroutine

// knotEventSpare are slots that threads may still claim after the ring was found full.
const knotEventSpare = knotMaxProcs * knotEventBlock

// knotFixedRand reports whether the start-up random bytes are replaced: in a controlled process only. The
// runtime wants them before it has read the environment.
func knotFixedRand() bool {
	const name = "GOKNOT_SHM="
	for i := argc + 1; ; i++ {
		p := argv_index(argv, i)
		if p == nil {
			return false
		}
		if s := gostringnocopy(p); len(s) > len(name) && s[:len(name)] == name {
			return true
		}
	}
}

func knotNatAttach() {
	knotNat.lastKeys = (*[65536]uint64)(knotMmap(65536 * 8))
	knotNat.paths = (*[65536]uint64)(knotMmap(65536 * 8))
	knotNat.attached, knotHooksOn, knotNamesOn, knotEndsOn = true, true, true, true
}

// knotNatStart prepares the process for its first run. It runs on the driver.
func knotNatStart() {
	if knotNat.watched {
		return
	}
	knotNat.watched = true
	go knotNatWatch()
}

// knotNatBegin starts run number reqIndex of the current request. It runs on the driver.
func knotNatBegin() {
	h, c, n, r := knot.hdr, knot.cur, &knotNat, &knot.req
	gp := getg()
	knot.run++
	knot.driver.set(gp)
	gp.knot.kind = knotKindUser
	gp.knot.run = 0
	*c = knotShmCurrent{
		request:  r.id,
		seed:     r.seed + uint64(knot.reqIndex),
		hash:     14695981039346656037,
		evStart:  h.evHead,
		evHead:   h.evHead,
		decStart: h.decHead,
		decHead:  h.decHead,
		run:      knot.reqIndex,
		flags:    knotRunNative,
	}
	knotRaceRunEnd()
	knotRaceSkip()
	knot.evEnd = knotAtomicLoad(&h.evTail) + knotEventSlots - knotEventSpare
	n.stamp = h.pid*knotEventStamp + 1
	n.evSoon = min(max(n.evSoon, h.evHead), knot.evEnd)
	knot.rootSeen = false
	knotPrims.reset()
	knotOrdinals.reset()
	n.alive.Store(0)
	n.nextIdx.Store(0)
	n.lost.Store(0)
	n.unused.Store(0)
	n.taken.Store(0)
	knotNatChainBegin()
	n.ended, n.full = false, false
	n.started = nanotime1()
	h.state = knotStateRunning
	n.on = true
	n.rec = r.flags&(knotReqNoFeedback|knotReqReplay) != knotReqNoFeedback
	if knot.hdr.cfgFlags&knotCfgNoHooks != 0 {
		n.rec, n.bloom = false, 0
	} else if n.rec {
		n.bloom = ^uint64(0)
	}
	if n.block = knotEventBlock; knot.session != 0 {
		n.block = 1
	}
	n.clocks = n.rec && n.block > 1
	if n.plain = knotNoRun; n.rec && n.chainLen == 0 {
		n.plain = knot.run
	}
	knotNamesOn = n.rec || n.bloom != 0
	knotEndsOn = n.bloom != 0 && n.chainLen > 0
	knotProbeMark(knotProbeBegin)
}

// knotNatEnd ends the run: the test and its subtests have come to an end. It runs on the driver.
func knotNatEnd(failed, skipped bool) {
	n, c := &knotNat, knot.cur
	if !n.taken.CompareAndSwap(0, 1) {
		gopark(nil, nil, waitReasonZero, traceBlockForever, 1) // the watcher ends the run, and the process
	}
	knotNatRelease()
	end := uint32(knotEndOk)
	if skipped {
		end = knotEndSkip
	}
	var look knotNatLook
	if n.alive.Load() > 0 {
		look = knotNatLeft()
	}
	knotProbeMark(knotProbeEnd)
	n.on, n.rec, n.clocks, n.plain, n.bloom = false, false, false, knotNoRun, 0
	knotNatLearn()
	nsnap := uint32(0)
	knotLive = uint32(look.live)
	if look.left > 0 {
		c.flags |= knotRunTainted
		if look.live > 0 {
			c.flags |= knotRunLiveLeft
		}
		if look.blocked > 0 {
			end = knotEndLeak
			nsnap = knotNatHolders(look.snaps)
		}
	}
	if failed {
		end = knotEndFail
		c.flags |= knotRunTainted // see knotRunEnd
	}
	if end == knotEndLeak {
		knotDumpStacks()
		c.bucket = knotSnapBucket(end, nsnap)
	}
	knotNatResult(end, nsnap)
	if c.flags&knotRunTainted != 0 {
		knotLeave()
	}
}

// knotNatResult closes the run. Its stamps go when its trace does: the slots are used again for the same
// cursors.
func knotNatResult(end, nsnap uint32) {
	c, n := knot.cur, &knotNat
	knot.vt = knotEpoch + nanotime1() - n.started
	from, to := c.evStart, c.evHead
	knotResult(end, nsnap)
	if c.flags&knotRunHeld == 0 {
		for i := from; i < to; i++ {
			knot.events[i%knotEventSlots].step = 0
		}
	}
}
