// SPDX-License-Identifier: BSD-2-Clause

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// The event ring with many writers. A writer claims a slot by moving the cursor, fills it and stores the
// stamp last; the order of the slots is the order of the claims. A step of a lock is claimed when the lock
// has been taken and before it is given back, so for locks that is the order of effects. Every other
// operation is claimed right before it: two that race for a primitive may take effect the other way round.
//
// A ring that is full loses events, which are counted, and so are slots that were claimed and not yet filled
// when a run is looked at. From then on nobody needs the names of operations, unless there is a chain: the hooks
// before and behind them are turned off, the runtime's own operations count themselves, each goroutine apart. They count
// those without a hook as well, so more may be told lost than would have been written down.

func knotNatEvent(kind, op uint8, g uint16, site, prim uint32, aux, vtime uint64) {
	if knotNat.ended {
		knotNat.lost.Add(1)
		return
	}
	i := atomic.Xadd64(&knot.cur.evHead, 1) - 1
	if i >= knotNat.evSoon && !knotNatRoom(i) {
		return
	}
	e := knotNatSlot(i)
	e.site, e.prim, e.aux, e.vtime = site, prim, aux, vtime
	e.publish(i, kind, op, g)
	if knot.session != 0 {
		knotProbed(i, knotEventWord(knotNatStamp(i), g, kind, op), site, prim, aux, vtime)
	}
}

// knotNatStep is knotNatEvent of what is recorded most, a step of the goroutine k.
func knotNatStep(k *knotG, op uint8, site uint32, aux uintptr) {
	knotNatEvent(knotEvStep, op, k.idx, site, 0, uint64(aux), 0)
}

func knotNatSlot(i uint64) *knotShmEvent { return &knot.events[i%knotEventSlots] }

// publish fills the first word of the event with cursor i, which has its stamp. amd64 makes stores visible in the order of
// the program; an atomic store would wait for them besides.
func (e *knotShmEvent) publish(i uint64, kind, op uint8, g uint16) {
	*(*uint64)(unsafe.Pointer(e)) = knotEventWord(knotNatStamp(i), g, kind, op)
}

// knotNatAhead is how many slots are made ready at a time: the kernel gives pages one by one for several microseconds each,
// or many for little more.
const knotNatAhead = 2048

// knotNatRoom makes ready the slot that was claimed. It reports false, and counts the event, if the ring is full.
//
//go:noinline
func knotNatRoom(i uint64) bool {
	n := &knotNat
	if i >= knot.evEnd {
		// Only threads that are here at the same time claim slots behind the end.
		n.ended = true
		n.lost.Add(1)
		if n.chainLen == 0 && n.on {
			n.full, knotNamesOn = true, false
		}
		return false
	}
	const populateWrite = 23 // which kernels before 5.14 do not know: then the pages come one by one
	from := i / knotNatAhead * knotNatAhead
	madvise(unsafe.Pointer(knotNatSlot(from)), knotNatAhead*unsafe.Sizeof(knotShmEvent{}), populateWrite)
	n.evSoon = min(from+knotNatAhead, knot.evEnd)
	return true
}

// knotNatCount counts an operation of a goroutine that is not written down, and forgets what a hook left before names were
// turned off.
func knotNatCount(k *knotG) {
	k.depth, k.busy = 0, false
	k.lost++
}

// knotNatCounted takes over what the goroutines that are left have counted.
func knotNatCounted() {
	forEachGRace(func(gp *g) {
		knotNat.lost.Add(int32(gp.knot.lost))
		gp.knot.lost = 0
	})
}

func knotNatStamp(i uint64) uint32 { return knotNat.stamp + uint32(i) }

// knotNatLearn looks through the events of a run that is over: primitives get their numbers, pairs are looked
// up, holders of locks are noted. Nothing of the run is being written any more, or what is gets lost.
func knotNatLearn() {
	n, c := &knotNat, knot.cur
	knotNatCounted()
	knotNatChainReport()
	head := atomic.Load64(&c.evHead)
	steps := uint32(0)
	clear(n.lastKeys[:min(n.nextIdx.Load(), knotMaxGoroutines)])
	for i := c.evStart; i < head; i++ {
		e := &knot.events[i%knotEventSlots]
		if atomic.Load(&e.step) != knotNatStamp(i) {
			n.lost.Add(1)
			continue
		}
		switch e.kind {
		case knotEvSpawn:
			n.paths[uint16(e.aux)] = e.vtime
		case knotEvStep, knotEvSelected:
			if e.kind == knotEvStep {
				steps++
			}
			knotNatLearnOp(e)
		}
	}
	c.steps = steps
	c.lost = n.lost.Load()
	if c.lost > 0 {
		c.flags |= knotRunTruncated
	}
	c.goroutines = min(n.nextIdx.Load(), knotMaxGoroutines)
}

func knotNatLearnOp(e *knotShmEvent) {
	n, c := &knotNat, knot.cur
	pe := knotPrim(uintptr(e.aux))
	e.prim, e.aux = 0, 0
	if pe != nil {
		e.prim = knotPrimID(pe)
		knotNatHold(e, pe)
	}
	if e.g >= knotMaxGoroutines {
		return
	}
	key := knotOpKey(n.paths[e.g], e.site, e.op)
	c.hash = knotMix(c.hash ^ (key + uint64(e.prim)))
	if knot.req.flags&knotReqNoFeedback != 0 {
		return
	}
	if last := n.lastKeys[e.g]; last != 0 {
		knotPair(1, last, key)
	}
	n.lastKeys[e.g] = key
	if pe == nil {
		return
	}
	if pe.lastKey != 0 && pe.lastG != e.g {
		knotPair(2, pe.lastKey, key)
	}
	pe.lastKey = key
	pe.lastG = e.g
}

// knotNatHold follows who holds a lock.
func knotNatHold(e *knotShmEvent, pe *knotTabEntry) {
	switch e.op {
	case knotOpLock:
		pe.owner = e.g
	case knotOpUnlock:
		pe.owner = knotGNone
	case knotOpRlock:
		pe.readers++
		pe.lastR = e.g
	case knotOpRunlock:
		pe.readers--
	}
}

// knotNatHolders adds to the snapshot what the events tell of the primitives.
func knotNatHolders(nsnap uint32) uint32 {
	for i := uint32(0); i < nsnap; i++ {
		s := &knot.snaps[i]
		pe := knotPrim(knotNatPrims[i])
		if pe == nil {
			continue
		}
		s.prim = knotPrimID(pe)
		if s.op != knotOpLock && s.op != knotOpRlock {
			continue
		}
		s.holder = uint32(pe.owner)
		if pe.owner == knotGNone && pe.readers > 0 {
			s.holder = uint32(pe.lastR)
		}
		if pe.readers > 0 {
			s.readers = uint32(pe.readers)
		}
		// A condition gives its lock back without a hook.
		for j := uint32(0); j < nsnap; j++ {
			if t := &knot.snaps[j]; uint32(t.g) == s.holder && t.op == knotOpCondwait {
				s.holder = knotGNone
			}
		}
	}
	return nsnap
}

// knotNatPrims are the addresses of the primitives of the snapshot.
var knotNatPrims [knotSnapSlots]uintptr
