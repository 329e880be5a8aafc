// SPDX-License-Identifier: BSD-2-Clause

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// The event ring with many writers. Each P claims a block of slots by moving the cursor, which all share, once for all of
// them; a writer fills the next slot of its P's block and stores the stamp last. The order of events is that of their
// clocks (Lamport, Time, Clocks, and the Ordering of Events, CACM 1978), and of their slots where these are equal: the clock of an event is greater than that
// of the one before on the same P, of the same goroutine, of the one that started it or woke it and on the same primitive, and than the
// cursor was at some time before, so that what has nothing to do with each other is out of order by a block of each P at most.
// A step of a lock gets its clock when the lock
// has been taken and before it is given back, so for locks that is the order of effects. Every other
// operation gets it right before: two that race for a primitive may take effect the other way round. What the goroutine
// does next comes behind all that took effect on the primitive before: of a channel that is what moved its clock under its lock
// (knotNatMeets), of everything else what moved the one in knotNatClocks, at which it looks once more.
//
// While the probe is to see the events a block is one slot, and there are no clocks: their order is that of the slots.
//
// A ring that is full loses events, which are counted, and so are slots that were taken and not yet filled
// when a run is looked at. From then on nobody needs the names of operations, unless there is a chain: the hooks
// before and behind them are turned off, the runtime's own operations count themselves, each goroutine apart. They count
// those without a hook as well, so more may be told lost than would have been written down.

// knotNatBlocks are the slots that each P has claimed, by its number. Only who runs on the P touches them, and is not preempted
// between two lines of the runtime that call nothing.
var knotNatBlocks [knotMaxProcs]knotNatSlots

type knotNatSlots struct {
	at, end uint64 // cursors not yet taken
	run     uint64 // what they were claimed in
	clock   uint64 // of the last event
	_       [32]byte
}

const knotMaxProcs = 1024 // the others lose their events, which is counted

// knotNatClocks are the clocks of primitives that are not channels, by their addresses. Some share one, which only orders more
// than is needed.
var knotNatClocks [knotNatNone + 1]struct {
	clock atomic.Uint64
	_     [56]byte
}

const knotNatNone = 2048 // the clock of no primitive

// knotNatBlock is what the P it runs on has claimed, nil where there is none.
func knotNatBlock() *knotNatSlots {
	if p := getg().m.p.ptr(); p != nil && uint32(p.id) < knotMaxProcs {
		return &knotNatBlocks[p.id]
	}
	return nil
}

// knotNatMore claims slots until the P it runs on has some. It returns nil, and counts an event, if the ring is full.
//
//go:noinline
func knotNatMore() *knotNatSlots {
	for knotNatClaim() {
		if b := knotNatBlock(); b != nil && b.at != b.end && b.run == knot.run {
			return b
		} // else it is another P than the one they were claimed for
	}
	knotNat.lost.Add(1)
	return nil
}

// knotNatClaim claims slots for the P it runs on. It reports false if the ring is full.
func knotNatClaim() bool {
	n, size := &knotNat, knotNat.block
	if n.ended {
		return false
	}
	from := atomic.Load64(&knot.cur.evHead)
	if from < knot.evEnd {
		if from = atomic.Xadd64(&knot.cur.evHead, int64(size)) - size; from >= knot.evEnd {
			n.unused.Add(int32(size)) // by several threads at once, see knotEventSpare
		}
	}
	if from >= knot.evEnd {
		n.ended = true
		if n.chainLen == 0 && n.on {
			n.full, knotNamesOn = true, false
		}
		return false
	}
	for from+size > n.evSoon {
		// The kernel gives pages one by one for several microseconds each, or many for little more.
		const ahead, populateWrite = 2048, 23 // which kernels before 5.14 do not know: then the pages come one by one
		soon := n.evSoon / ahead * ahead
		madvise(unsafe.Pointer(knotNatSlot(soon)), ahead*unsafe.Sizeof(knotShmEvent{}), populateWrite)
		n.evSoon = soon + ahead
	}
	b := knotNatBlock()
	if b == nil {
		n.unused.Add(int32(size))
		return false
	}
	if b.run == knot.run {
		n.unused.Add(int32(b.end - b.at)) // of a P that this goroutine came to meanwhile
	}
	b.at, b.end, b.run = from, from+size, knot.run
	return true
}

// knotNatEvent writes down what has to do with the goroutine k. The primitive of a step is at aux (0 = it has none). An event that starts a
// goroutine has its clock in aux, above that one's number, the others have it where a controlled run has the time.
func knotNatEvent(k *knotG, kind, op uint8, g uint16, site, prim uint32, aux, vtime uint64) {
	b := knotNatBlock()
	if b == nil || b.at == b.end || b.run != knot.run {
		if b = knotNatMore(); b == nil {
			return
		}
	}
	i := b.at
	b.at++
	word := knotEventWord(knotNatStamp(i), g, kind, op)
	if knotNat.block == 1 {
		knotNatSlot(i).fill(word, site, prim, aux, vtime)
		if knot.session != 0 {
			knotProbed(i, word, site, prim, aux, vtime)
		}
		return
	}
	clock := max(b.clock, k.clock, knotNatClocks[k.lastPrim].clock.Load(), atomic.Load64(&knot.cur.evHead)) + 1
	k.lastPrim = knotNatNone
	switch {
	case kind == knotEvSpawn:
		aux |= clock << 16
	case aux != 0 && kind != knotEvChain && !knotIsOfChan(op):
		clock = knotNatTick(k, uintptr(aux), clock)
		fallthrough
	default:
		vtime = clock
	}
	b.clock, k.clock = clock, clock
	knotNatSlot(i).fill(word, site, prim, aux, vtime)
}

func knotIsOfChan(op uint8) bool { return op == knotOpSend || op == knotOpRecv || op == knotOpClose }

// knotNatTick moves the clock of the primitive at addr to the given one, or farther if it is there, and returns where it is.
func knotNatTick(k *knotG, addr uintptr, clock uint64) uint64 {
	k.lastPrim = uint16(uint64(addr) * 0x9e3779b97f4a7c15 >> 53)
	for c := &knotNatClocks[k.lastPrim].clock; ; {
		old := c.Load()
		clock = max(clock, old+1)
		if c.CompareAndSwap(old, clock) {
			return clock
		}
	}
}

// knotNatMeets takes a goroutine that does something to the channel c behind all that did before, and what comes later behind it. The lock of c is
// held, except where the goroutine has found it closed and looks only.
func knotNatMeets(c *hchan) {
	k := &getg().knot
	if k.clock > c.knotClock {
		c.knotClock = k.clock
	} else {
		k.clock = c.knotClock
	}
}

// knotNatWakes takes gp, which waits and is about to go on, behind what the goroutine has done that wakes it, and that one behind what gp has
// done: a select waits without its clock in any channel.
func knotNatWakes(gp *g) {
	k := &getg().knot
	k.clock = max(k.clock, gp.knot.clock)
	gp.knot.clock = k.clock
}

// knotNatStep writes down an operation of the goroutine k: what is recorded most.
func knotNatStep(k *knotG, kind, op uint8, site uint32, aux uintptr) {
	knotNatEvent(k, kind, op, k.idx, site, 0, uint64(aux), 0)
}

// fill writes an event. word is the first one, which has the stamp and comes last. amd64 makes stores visible in the order of
// the program; an atomic store would wait for them besides.
func (e *knotShmEvent) fill(word uint64, site, prim uint32, aux, vtime uint64) {
	e.site, e.prim, e.aux, e.vtime = site, prim, aux, vtime
	*(*uint64)(unsafe.Pointer(e)) = word
}

func knotNatSlot(i uint64) *knotShmEvent { return &knot.events[i%knotEventSlots] }

// knotNatUntaken is how many slots of the run are claimed, and by nobody taken.
func knotNatUntaken() uint64 {
	left := uint64(knotNat.unused.Load())
	for i := range knotNatBlocks {
		if b := &knotNatBlocks[i]; b.run == knot.run {
			left += b.end - b.at
		}
	}
	return left
}

// knotNatProgress is how many slots of the run have been taken: it grows while something goes on.
func knotNatProgress() uint64 {
	return atomic.Load64(&knot.cur.evHead) - knotNatUntaken()
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

// knotNatStamp is the stamp of the event with cursor i.
func knotNatStamp(i uint64) uint32 { return knotNat.stamp + uint32(i) }

// knotNatLearn looks through the events of a run that is over, in their order: primitives get their numbers, pairs are looked
// up, holders of locks are noted. Nothing of the run is being written any more, or what is gets lost.
func knotNatLearn() {
	n, c := &knotNat, knot.cur
	knotNatCounted()
	knotNatChainReport()
	steps := uint32(0)
	clear(n.lastKeys[:min(n.nextIdx.Load(), knotMaxGoroutines)])
	for _, at := range knotNatOrder() {
		e := knotNatSlot(c.evStart + uint64(uint32(at)))
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

// knotNatOrder is where the events of the run stand, counted from its first slot, in the lower halves of the words, in the order of their
// clocks, which are above. It counts those that are lost.
func knotNatOrder() []uint64 {
	n, c := &knotNat, knot.cur
	if n.order == nil {
		n.order = (*[2][knotEventSlots]uint64)(knotMmap(2 * 8 * knotEventSlots))
	}
	untaken := knotNatUntaken()
	slots := min(atomic.Load64(&c.evHead)-c.evStart, knotEventSlots)
	order := n.order[0][:0]
	for i := range slots {
		e := knotNatSlot(c.evStart + i)
		if atomic.Load(&e.step) != knotNatStamp(c.evStart+i) {
			continue
		}
		clock := e.vtime
		if e.kind == knotEvSpawn {
			clock = e.aux >> 16
		}
		if clock > c.evStart {
			clock -= c.evStart
		}
		order = append(order, clock<<32|i)
	}
	if unfilled := slots - uint64(len(order)); unfilled > untaken {
		n.lost.Add(int32(unfilled - untaken))
	}
	knotMergeSort(order, n.order[1][:])
	return order
}

// knotMergeSort sorts what is in order except for neighbours: halves that are in order are only looked at where they meet, and of others what
// overlaps is moved. spare has room for half of a.
func knotMergeSort(a, spare []uint64) {
	for width := 1; width < len(a); width *= 2 {
		for lo := 0; lo+width < len(a); lo += 2 * width {
			knotMerge(a[lo:min(lo+2*width, len(a))], width, spare)
		}
	}
}

// knotMerge sorts a, of which the first mid are sorted, and so are the others.
func knotMerge(a []uint64, mid int, spare []uint64) {
	if a[mid-1] <= a[mid] {
		return
	}
	lo := 0
	for a[lo] <= a[mid] {
		lo++
	}
	left := spare[:copy(spare, a[lo:mid])]
	to, right := a[lo:], a[mid:]
	for len(left) > 0 {
		if len(right) > 0 && right[0] < left[0] {
			to[0], right = right[0], right[1:]
		} else {
			to[0], left = left[0], left[1:]
		}
		to = to[1:]
	}
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
