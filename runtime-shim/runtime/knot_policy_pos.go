// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// pos: partial order sampling (Yuan, Yang, Gu, "Partial Order Aware Concurrency Sampling", CAV 2018). Every
// pending operation has a random priority of its own, the highest is executed, and the pending operations
// that race with it then draw anew. So operations that do not race are not ordered against each other in vain:
// of n independent goroutines each order of racing operations is as probable as if the others were not there.
//
// Priorities are kept as waiting times: -log2 of a uniform number, least first. A thousand goroutines at the lock
// that was just taken must not cost a thousand draws. Those that are to draw anew are hidden instead: the least of
// m such times is a single draw divided by m and belongs to each of the m with the same probability, and when
// it is gone the rest is, having no memory, a draw of m-1 beyond it. So a race costs constant time.
//
// Differences: a select has no primitive and races with nothing before it has chosen its case; the way on of a
// goroutine that was woken races only when it is a lock that it must still get.
//
// Invariants: a group is the pending operations on one primitive that only look, or those that do more. Its
// members are in its block, [0, hidden) those without a time of their own; of the others the heap
// has an entry. When a group has hidden members, one of the others is the leader, and their times are beyond
// base, which is the leader's.
type knotPOS struct {
	heap   knotHeap
	prims  knotTab   // half the group numbers, by address
	groups knotArray // of knotPOSGroup
	blocks knotBlocks
	ready  bool
}

type knotPOSGroup struct {
	run    uint64 // what is said here is of this run
	base   float64
	block  uintptr
	leader guintptr
	n      uint32
	hidden uint32
	class  uint8
}

func knotPOSBegin() {
	s := &knot.pos
	if !s.ready {
		s.ready = true
		s.prims.init()
		s.groups.size = unsafe.Sizeof(knotPOSGroup{})
		s.blocks.init()
	}
	s.heap.len = 0
	s.prims.reset()
	s.blocks.reset()
}

// knotPOSGroupOf is the number of the group of operations on addr that write, or do not; 0 when there is no room.
func knotPOSGroupOf(addr uintptr, writes bool) uint32 {
	e := knot.pos.prims.get(uint64(addr))
	if e == nil {
		return 0
	}
	if writes {
		return 2*e.id + 1
	}
	return 2 * e.id
}

func knotPOSGroupAt(i uint32) *knotPOSGroup {
	g := (*knotPOSGroup)(knot.pos.groups.at(i))
	if g.run != knot.run {
		*g = knotPOSGroup{run: knot.run}
	}
	return g
}

func (g *knotPOSGroup) at(i uint32) *guintptr {
	return (*guintptr)(unsafe.Pointer(g.block + uintptr(i)*8))
}

func (g *knotPOSGroup) swap(i, j uint32) {
	a, b := *g.at(i), *g.at(j)
	*g.at(i), *g.at(j) = b, a
	a.ptr().knot.memberAt, b.ptr().knot.memberAt = j, i
}

// knotPOSTime is an exponential waiting time, in bits that order as the number does.
func knotPOSTime() float64 {
	return -fastlog2((float64(knotRandom()>>12) + 0.5) / (1 << 52))
}

func knotPOSBits(t float64) uint64 { return *(*uint64)(unsafe.Pointer(&t)) }

// knotPOSTarget is what the pending operation of gp races about, 0 = nothing.
func knotPOSTarget(gp *g) (addr uintptr, writes bool) {
	k := &gp.knot
	if k.blocked && k.pendOp != knotOpLock && k.pendOp != knotOpRlock {
		return 0, false
	}
	return k.pendPrim, knotPOSWrites(k.pendOp)
}

func knotPOSWrites(op uint8) bool {
	switch op {
	case knotOpAtomicLoad, knotOpRlock, knotOpRunlock, knotOpTryrlock, knotOpWgwait:
		return false
	}
	return true
}

func knotPOSAdd(gp *g) {
	k := &gp.knot
	if !k.queued {
		k.prio = knotPOSBits(knotPOSTime())
	}
	k.queued = false
	k.memberOf = 0
	if addr, writes := knotPOSTarget(gp); addr != 0 {
		if i := knotPOSGroupOf(addr, writes); i != 0 {
			if g := knotPOSGroupAt(i); g.room() {
				k.memberOf, k.memberAt = i, g.n
				g.at(g.n).set(gp)
				g.n++
			}
		}
	}
	knot.pos.heap.push(k.prio, gp)
}

// room makes the block of the group large enough for one more.
func (g *knotPOSGroup) room() bool {
	b := &knot.pos.blocks
	if g.block == 0 {
		g.class = 0
		g.block = b.get(0)
		return g.block != 0
	}
	if g.n < 1<<(g.class+knotBlockMin) {
		return true
	}
	to := b.get(g.class + 1)
	if to == 0 {
		return false
	}
	memmove(unsafe.Pointer(to), unsafe.Pointer(g.block), uintptr(g.n)*8)
	b.put(g.block, g.class)
	g.block = to
	g.class++
	return true
}

func knotPOSRemove(gp *g) {
	k := &gp.knot
	knot.pos.heap.removed(gp)
	if k.memberOf == 0 {
		return
	}
	g := knotPOSGroupAt(k.memberOf)
	k.memberOf = 0
	if k.memberAt < g.hidden {
		g.hidden--
		g.swap(k.memberAt, g.hidden)
	}
	g.n--
	g.swap(k.memberAt, g.n)
	if g.leader.ptr() == gp {
		g.leader = 0
		g.lead()
	}
	if g.n == 0 {
		knot.pos.blocks.put(g.block, g.class)
		g.block = 0
	}
}

// lead gives one of the hidden members the least of their times.
func (g *knotPOSGroup) lead() {
	if g.hidden == 0 {
		return
	}
	g.base += knotPOSTime() / float64(g.hidden)
	i := knotRandn(g.hidden)
	g.hidden--
	g.swap(i, g.hidden)
	gp := g.at(g.hidden).ptr()
	gp.knot.prio = knotPOSBits(g.base)
	g.leader.set(gp)
	knot.pos.heap.push(gp.knot.prio, gp)
}

// knotPOSRan hides the operations that race with one that is being executed.
func knotPOSRan(gp *g, op uint8, addr uintptr) {
	if addr == 0 {
		return
	}
	knotPOSHide(knotPOSGroupOf(addr, true))
	if knotPOSWrites(op) {
		knotPOSHide(knotPOSGroupOf(addr, false))
	}
}

func knotPOSHide(i uint32) {
	if i == 0 {
		return
	}
	g := knotPOSGroupAt(i)
	if g.n == 0 {
		return
	}
	g.hidden, g.base, g.leader = g.n, 0, 0
	g.lead()
}

func knotPOSChoose(self *g) *g {
	e := knot.pos.heap.top()
	for e != nil {
		// The time of a member that was hidden since is void.
		k := &e.gp.ptr().knot
		if k.memberOf == 0 || k.prio == e.key && k.memberAt >= knotPOSGroupAt(k.memberOf).hidden {
			break
		}
		knot.pos.heap.pop()
		e = knot.pos.heap.top()
	}
	if self == nil {
		return e.gp.ptr()
	}
	// It joins the candidates with this time when another is chosen.
	self.knot.prio = knotPOSBits(knotPOSTime())
	if e == nil || self.knot.prio <= e.key {
		return self
	}
	self.knot.queued = true
	return e.gp.ptr()
}
