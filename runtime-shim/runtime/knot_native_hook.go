// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// What the inserted hooks, the runtime's operations and package sync call in native mode. The hook before an
// operation holds its goroutine back if the chain says so and leaves the operation's name; the runtime's own
// operation takes the name, adds the primitive, and the step is recorded; the hook behind it ends the
// element of the chain.

// knotNatOwn gives a goroutine that was alive before the run a name in it. It reports false for those that
// have none: the driver, and the runtime's own.
func knotNatOwn(gp *g) bool {
	if gp.knot.run == knot.run {
		return true
	}
	n := &knotNat
	if !n.on || gp == knot.driver.ptr() || gp.m.curg != gp {
		return false
	}
	lock(&n.mu)
	user := knotKind(gp) == knotKindUser
	if user {
		site := knotFuncSite(gp.startpc)
		ord := knotOrdinal(knotPathBefore, site)
		knotNatAdopt(gp, knotChildPath(knotPathBefore, site, ord), knotGNone, site, ord, 1)
	}
	unlock(&n.mu)
	return user
}

// knotNatAdopt makes gp a goroutine of this run. mu is held.
func knotNatAdopt(gp *g, path uint64, parent uint16, site, ordinal uint32, flags uint8) {
	k := &gp.knot
	i := knotNat.nextIdx.Add(1) - 1
	k.run = knot.run
	k.path = path
	k.flags = flags
	k.depth = 0
	k.pendPrim = 0
	k.busy, k.taking, k.nested, k.chainEl = false, false, 0, 0
	k.clock, k.lastPrim = 0, knotNatNone
	by := getg().m.curg // nobody: a timer
	if by != nil && by.knot.run == knot.run {
		k.clock = by.knot.clock
	}
	if i >= knotMaxGoroutines {
		k.idx = knotGNone
		knotNat.lost.Add(1)
		return
	}
	k.idx = uint16(i)
	if i < knotGSlots {
		knot.gs[i] = knotShmGoroutine{path: path, parent: uint32(parent), site: site, ordinal: ordinal, flags: uint32(flags)}
	}
	knotNatEvent(k, knotEvSpawn, knotOpGo, parent, site, ordinal, uint64(i), path)
	if by != nil {
		by.knot.clock = k.clock
	}
}

// knotNatBefore is the inserted hook before an operation.
func knotNatBefore(id uint32, op uint8) {
	gp := getg()
	if !knotNatOwn(gp) {
		return
	}
	k := &gp.knot
	if k.chainEl != 0 && op != knotOpSelsend && op != knotOpSelrecv && !k.chainCalls {
		knotNatDone(gp) // it had no hook behind it
	}
	k.busy = false
	if k.depth == knotHookDepth {
		copy(k.hooks[:], k.hooks[1:])
		k.depth--
	}
	k.hooks[k.depth] = knotPending{id, op}
	k.depth++
	if knotNat.chainLen > 0 {
		knotNatReach(gp, id, op)
	}
}

// knotNatAfter is the inserted hook behind an operation.
func knotNatAfter(id uint32, op uint8) {
	gp := getg()
	k := &gp.knot
	if k.run != knot.run {
		return
	}
	named := id
	for i := int(k.depth) - 1; i >= 0; i-- {
		h := k.hooks[i]
		sel := op == knotOpSelsend || op == knotOpSelrecv || op == knotOpSeldefault
		if h.id == id && h.op == op && !sel || sel && h.op == knotOpSelect {
			k.depth = uint8(i)
			named = h.id
			break
		}
	}
	if k.chainEl != 0 && (k.chainID == id || k.chainID == named) {
		knotNatDone(gp)
	}
	if !k.busy && op == knotOpRecv && knotNat.rec {
		// A range loop goes round: its hook stands before the first receive only.
		knotNatStep(k, knotEvStep, op, id, k.lastRecv)
	}
	k.busy = false
}

// knotNatAtomic is the inserted hook before an atomic operation.
func knotNatAtomic(id uint32, op uint8, addr uintptr) {
	gp := getg()
	if !knotNatOwn(gp) {
		return
	}
	k := &gp.knot
	if k.chainEl != 0 && !k.chainCalls {
		knotNatDone(gp)
	}
	if addr-gp.stack.lo < gp.stack.hi-gp.stack.lo {
		addr = 0
	}
	if knotNat.chainLen > 0 {
		knotNatReach(gp, id, op)
	}
	if knotNat.rec {
		knotNatStep(k, knotEvStep, op, id, addr)
	}
}

// knotNatOp is called first by the runtime's own operations and by the wrappers in package sync.
func knotNatOp(op uint8, addr uintptr) {
	k := &getg().knot
	if knotNat.full {
		knotNatCount(k)
		return
	}
	if k.taking && k.pendPrim == addr && op == knotOpLock {
		k.nested++ // a RWMutex locks its Mutex, which has the same address
		return
	}
	if k.depth == 0 || k.run != knot.run || !knotIsOp(k.hooks[k.depth-1].op, op) {
		if op == knotOpRecv {
			k.lastRecv, k.busy = addr, false
		}
		return
	}
	k.depth--
	top := k.hooks[k.depth]
	k.pendOp, k.pendSite, k.pendPrim = op, top.id, addr
	k.busy = true
	if op == knotOpLock || op == knotOpRlock {
		k.taking = true
		return
	}
	knotNatStep(k, knotEvStep, op, top.id, addr)
}

// knotNatChanOp is knotNatOp of an operation on a channel.
func knotNatChanOp(op uint8, c *hchan) {
	if k := &getg().knot; c != nil && knotNat.clocks {
		k.clock = max(k.clock, c.knotClock)
	}
	knotNatOp(op, uintptr(unsafe.Pointer(c)))
}

// knotNatTryRecv receives from c if that can be done at once. Who finds the channel closed did not take its lock.
func knotNatTryRecv(c *hchan, elem unsafe.Pointer) (selected, received bool) {
	selected, received = chanrecv(c, elem, false)
	if selected && !received && knotNat.clocks {
		knotNatMeets(c)
	}
	return
}

// knotNatTaken is called by the wrappers in package sync when a lock has been taken.
func knotNatTaken(op uint8, addr uintptr) {
	gp := getg()
	k := &gp.knot
	if !k.taking || k.pendPrim != addr {
		return
	}
	if k.nested > 0 {
		k.nested--
		return
	}
	k.taking = false
	if k.run != knot.run {
		return
	}
	knotNatStep(k, knotEvStep, op, k.pendSite, addr)
	if k.chainEl != 0 && k.chainID == k.pendSite {
		knotNatDone(gp)
	}
}

// knotNatSelect is called first by selectgo.
func knotNatSelect() {
	gp := getg()
	if knotNat.full {
		knotNatCount(&gp.knot)
		return
	}
	k := &gp.knot
	if k.run != knot.run {
		return
	}
	if base := knotNatSelectHook(k); base >= 0 {
		k.pendOp, k.pendSite, k.pendPrim = knotOpSelect, k.hooks[base].id, 0
		k.busy = true
		knotNatStep(k, knotEvStep, knotOpSelect, k.pendSite, 0)
	}
}

// knotNatSelectHook finds the name of a select below the names of its cases, -1 = there is none.
func knotNatSelectHook(k *knotG) int {
	for i := int(k.depth) - 1; i >= 0; i-- {
		switch k.hooks[i].op {
		case knotOpSelsend, knotOpSelrecv:
			continue
		case knotOpSelect:
			return i
		}
		break
	}
	return -1
}

// knotNatSelected is called by selectgo with its answer; see knotSelected.
func knotNatSelected(casi int, scases []scase, nsends int) {
	k := &getg().knot
	base := knotNatSelectHook(k)
	if k.run != knot.run || base < 0 {
		return
	}
	if casi < 0 {
		knotNatStep(k, knotEvSelected, knotOpSeldefault, k.hooks[base].id, 0)
		return
	}
	op, want, nth := uint8(knotOpRecv), uint8(knotOpSelrecv), len(scases)-1-casi
	if casi < nsends {
		op, want, nth = knotOpSend, knotOpSelsend, casi
	}
	site := k.hooks[base].id
	for i, m := base, 0; i < int(k.depth); i++ {
		if k.hooks[i].op == want {
			if m == nth {
				site = k.hooks[i].id
				break
			}
			m++
		}
	}
	knotNatStep(k, knotEvSelected, op, site, uintptr(unsafe.Pointer(scases[casi].c)))
}

// knotNatGoSite is called first by newproc: the site of the go statement.
//
//go:noinline
func knotNatGoSite() uint32 {
	gp := getg()
	k := &gp.knot
	k.spawnSite = 0
	if gp.m.curg != gp || gp == knot.driver.ptr() {
		return 0
	}
	if knotNat.full {
		knotNatCount(&gp.knot)
	}
	if k.depth > 0 && k.run == knot.run {
		if top := k.hooks[k.depth-1]; knotNormalOp(top.op) == knotOpGo {
			k.depth--
			k.spawnSite = top.id
			k.spawnNamed = true
			return top.id
		}
	}
	pc, cfp := knotFrame2(getfp())
	lock(&knotNat.mu)
	k.spawnSite, _ = knotCallerSite(pc, cfp, knotOpGo, false)
	unlock(&knotNat.mu)
	return k.spawnSite
}

// knotNatGoDone is called last by newproc.
func knotNatGoDone(site uint32) {
	gp := getg()
	k := &gp.knot
	if !k.spawnNamed || gp.m.curg != gp {
		return
	}
	k.spawnNamed = false
	knotNatStep(k, knotEvStep, knotOpGo, site, 0)
}

// knotNatSpawned is called by newproc for every new goroutine; see knotSpawned.
func knotNatSpawned(parent, gp *g) {
	n := &knotNat
	lock(&n.mu)
	if knotKind(gp) == knotKindUser && n.taken.Load() != 2 {
		knotNatName(parent, gp)
	}
	unlock(&n.mu)
}

// knotNatName gives a new goroutine its name. mu is held.
func knotNatName(parent, gp *g) {
	pathOf, from, flags, site := uint64(knotPathTimer), uint16(knotGNone), uint8(2), parent.knot.spawnSite
	switch {
	case parent == knot.driver.ptr():
		pathOf, flags = knotPathRoot, 0
	case parent == parent.m.g0:
		site = knotFuncSite(gp.startpc)
	case knotKind(parent) != knotKindUser:
		return
	default:
		if parent.knot.run != knot.run {
			old := knotFuncSite(parent.startpc)
			ord := knotOrdinal(knotPathBefore, old)
			knotNatAdopt(parent, knotChildPath(knotPathBefore, old, ord), knotGNone, old, ord, 1)
		}
		pathOf, from, flags = parent.knot.path, parent.knot.idx, 0
	}
	path, ord := uint64(knotPathRoot), uint32(0)
	if parent == knot.driver.ptr() && !knot.rootSeen {
		knot.rootSeen = true
	} else {
		named := knotAlias(site)
		ord = knotOrdinal(pathOf, named)
		path = knotChildPath(pathOf, named, ord)
	}
	knotNatAdopt(gp, path, from, site, ord, flags)
	gp.knot.counted = true
	knotNat.alive.Add(1)
}

// knotNatExit is called when a goroutine ends, on the system stack.
func knotNatExit(gp *g) {
	k := &gp.knot
	if k.run != knot.run {
		return
	}
	if k.chainEl != 0 {
		knotNatDone(gp)
	}
	knotNatStep(k, knotEvExit, knotOpExit, 0, 0)
	knotNat.lost.Add(int32(k.lost))
	k.lost = 0
	if k.counted {
		knotNat.alive.Add(-1) // last: the run may end now
	}
}
