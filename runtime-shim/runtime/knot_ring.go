// SPDX-License-Identifier: BSD-2-Clause

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

func knotAtomicLoad(p *uint64) uint64     { return atomic.Load64(p) }
func knotAtomicStore(p *uint64, v uint64) { atomic.Store64(p, v) }

// knotEvent appends an event of the current run. What does not fit is counted.
func knotEvent(kind, op uint8, g uint16, site, prim uint32, aux uint64) {
	knotEventWith(kind, op, g, site, prim, aux, uint64(knot.vt-knotEpoch))
}

// knotEventWith is knotEvent of one that carries something else than the time.
func knotEventWith(kind, op uint8, g uint16, site, prim uint32, aux, vtime uint64) {
	c := knot.cur
	i := c.evHead
	if i >= knot.evEnd {
		c.lost++
		c.flags |= knotRunTruncated
		return
	}
	e := &knot.events[i%knotEventSlots]
	e.step = c.steps
	e.g = g
	e.kind = kind
	e.op = op
	e.site = site
	e.prim = prim
	e.aux = aux
	e.vtime = vtime
	c.evHead = i + 1
	if knot.session != 0 {
		knotProbed(i, knotEventWord(c.steps, g, kind, op), site, prim, aux, vtime)
	}
}

// knotRecordDecision appends an entry, or its first slot, to the schedule of the run.
func knotRecordDecision(d uint16) {
	if knot.vtReal {
		knotRecordClock()
	}
	knotRecordSlot(d)
}

func knotRecordSlot(d uint16) {
	c := knot.cur
	i := c.decHead
	if i >= knot.decEnd {
		c.lost++
		c.flags |= knotRunTruncated
		return
	}
	knot.decOut[i%knotDecisionSlots] = d
	c.decHead = i + 1
}

func knotOpKey(path uint64, site uint32, op uint8) uint64 {
	return knotMix(path + (uint64(site)<<8|uint64(op))*0x9e3779b97f4a7c15)
}

func knotPairKey(salt, kind, a, b uint64) uint64 {
	return knotMix((a^salt)*0x9e3779b97f4a7c15 + b<<1 + kind)
}

// knotPairSlot is where a pair stands in the table of pairs seen, or the free slot where it would, whose key is 0; and its
// key. Keys of all tests share the table, which is never quite full; the salt of the request keeps them apart.
func knotPairSlot(kind uint64, a, b uint64) (p *knotShmPair, key uint64) {
	if key = knotPairKey(knot.req.salt, kind, a, b); key == 0 {
		key = 1
	}
	i := key
	for p = &knot.pairs[i%knotPairSlots]; p.key != key && p.key != 0; p = &knot.pairs[i%knotPairSlots] {
		i++
	}
	return p, key
}

// knotPair looks a pair of operations up in the table of pairs seen and enters it when it is new. It returns the slot, nil
// when the table is full.
func knotPair(kind uint64, a, b uint64) *knotShmPair {
	p, key := knotPairSlot(kind, a, b)
	if p.key == 0 {
		h := knot.hdr
		if h.pairsUsed >= knotPairSlots/4*3 {
			h.pairsFull++
			return nil
		}
		p.key = key
		h.pairsUsed++
		knot.cur.newPairs++
	}
	return p
}

// knotRarePair is knotPair for a pair of which the runs that show it are counted: what few runs show is written down.
func knotRarePair(gp *g, a, b uint64) {
	p := knotPair(2, a, b)
	if p == nil || p.run == knot.testRun {
		return
	}
	p.run = knot.testRun
	p.runs++
	bits := uint32(knotLen32(knot.testRun) - knotLen32(p.runs))
	if knot.req.rarityMin != 0 && bits >= knot.req.rarityMin {
		knot.cur.flags |= knotRunRare
		knotEvent(knotEvRare, knotOpNone, gp.knot.idx, 0, 0, uint64(bits))
	}
}

// knotPairRuns is how many runs of the test have shown a CPOP2 pair.
func knotPairRuns(a, b uint64) uint32 {
	p, _ := knotPairSlot(2, a, b)
	return p.runs
}

// knotTestRun numbers the runs of the test, from 1, in the table itself: the counts and their base are forgotten together.
func knotTestRun() {
	knot.testRun = 0
	if knot.req.flags&knotReqNoFeedback != 0 || knotNat.on {
		return
	}
	if p := knotPair(0, 0, 0); p != nil {
		p.runs++
		knot.testRun = p.runs
	}
	knot.cur.newPairs = 0
}

// knotFeed takes one executed operation into the pairs of the run: CPOP1 with the goroutine's operation
// before it, CPOP2 with the operation before it on the same primitive when another goroutine did that one.
//
// c is the channel of an operation on one, else nil: its state is part of what the run has shown.
func knotFeed(gp *g, op uint8, site, prim uint32, pe *knotTabEntry, c *hchan) {
	if knot.req.flags&knotReqNoFeedback != 0 {
		return
	}
	k := &gp.knot
	key := knotOpKey(k.path, site, op)
	if k.lastKey != 0 {
		knotPair(1, k.lastKey, key)
	}
	k.lastKey = key
	if pe != nil {
		if pe.lastKey != 0 && pe.lastG != k.idx {
			knotRarePair(gp, pe.lastKey, key)
		}
		pe.lastKey = key
		pe.lastG = k.idx
	}
	if c == nil {
		return
	}
	if state := knotChanState(c); state != knotOpNone {
		before := knot.cur.newPairs
		knotPair(1, key, knotOpKey(k.path, site, state))
		if knot.cur.newPairs != before {
			knotEvent(knotEvState, state, k.idx, site, prim, 0)
		}
	}
}

// knotChanState is the critical state that a channel is in (GFuzz, ASPLOS 2022; GoPie, Table IX), knotOpNone for none. One
// without a buffer is full where a sender waits and empty where a receiver does.
func knotChanState(c *hchan) uint8 {
	switch {
	case c.closed != 0:
		return knotOpChanclosed
	case c.dataqsiz != 0 && c.qcount == c.dataqsiz || c.sendq.first != nil:
		return knotOpChanfull
	case c.dataqsiz != 0 && c.qcount == 0 || c.recvq.first != nil:
		return knotOpChanempty
	}
	return knotOpNone
}

// knotResult closes the current run. Its trace is kept when goknot has to look at it, else the cursors go
// back to where they were. Runs on the driver or, when the run was stopped, on the reporter.
func knotResult(end, nsnap uint32) {
	h, c := knot.hdr, knot.cur
	knotRaceTake()
	knot.batchSteps += uint64(c.steps)
	chainLen := knot.req.chainLen
	firstAll := false
	if chainLen > 0 {
		if c.chainDone > 0 {
			knot.batchAny++
		}
		if c.chainDone == chainLen {
			firstAll = knot.batchAll == 0 && knot.req.flags&knotReqHoldChain != 0
			knot.batchAll++
		}
	}
	h.runsTotal++
	h.stepsTotal += uint64(c.steps)
	h.eventsLost += uint64(c.lost)
	c.end = end
	if c.newPairs > 0 {
		c.flags |= knotRunNewPairs
	}
	last := knot.reqIndex+1 >= knot.req.count || h.stop != 0 || knotChainWasted() || end == knotEndLeak
	tainted := c.flags&knotRunTainted != 0
	if last || tainted {
		c.flags |= knotRunBatchEnd
	}
	bad := end != knotEndOk && end != knotEndSkip
	if c.newPairs > 0 || bad || c.flags&knotRunRace != 0 || knot.req.flags&(knotReqReplay|knotReqHold) != 0 || firstAll ||
		c.flags&knotRunRare != 0 {
		c.flags |= knotRunHeld
	}
	if c.flags&(knotRunHeld|knotRunBatchEnd) == 0 {
		return
	}
	for h.resHead-knotAtomicLoad(&h.resTail) >= knotResSlots {
		usleep(50)
	}
	results := (*[knotResSlots]knotShmResult)(unsafe.Pointer(uintptr(unsafe.Pointer(h)) + uintptr(h.offResults)))
	r := &results[h.resHead%knotResSlots]
	*r = knotShmResult{
		request:       c.request,
		seed:          c.seed,
		hash:          c.hash,
		evStart:       c.evStart,
		evEnd:         c.evHead,
		decStart:      c.decStart,
		decEnd:        c.decHead,
		raceStart:     c.raceStart,
		raceEnd:       c.raceHead,
		batchSteps:    knot.batchSteps,
		bucket:        c.bucket,
		virtualNs:     uint64(knot.vt - knotEpoch),
		realNs:        uint64(nanotime1() - knot.reqStart),
		earlyNs:       c.earlyNs,
		batchRuns:     knot.reqIndex + 1,
		batchChainAny: knot.batchAny,
		batchChainAll: knot.batchAll,
		end:           end,
		flags:         c.flags,
		steps:         c.steps,
		choices:       c.choices,
		newPairs:      c.newPairs,
		chainDone:     c.chainDone,
		chainReached:  c.chainReached,
		chainWaited:   c.chainWaited,
		chainOrdered:  c.chainOrdered,
		chainExpired:  c.chainExpired,
		goroutines:    c.goroutines,
		lost:          c.lost,
		divergedAt:    c.divergedAt,
		live:          knotLive,
		snap:          nsnap,
	}
	if c.flags&knotRunHeld != 0 {
		h.evHead = c.evHead
		h.decHead = c.decHead
	}
	knotAtomicStore(&h.resHead, h.resHead+1)
	if tainted {
		return
	}
	// A held trace must not make the next one incomplete: wait until goknot has read enough.
	for h.evHead-knotAtomicLoad(&h.evTail) > knotEventSlots/2 ||
		h.decHead-knotAtomicLoad(&h.decTail) > knotDecisionSlots/2 {
		if h.stop != 0 {
			return
		}
		usleep(50)
	}
}
