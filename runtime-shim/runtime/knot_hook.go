// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// Entry points. Each runtime operation calls one of these first; the wrappers in package sync likewise.
// The site comes from the inserted hook that named the operation, else from the caller's return address,
// found by frame pointers: every entry point here is called by exactly one frame (the runtime operation or
// the method of package sync) that was called by the program.

// knotHooksOn: goknot is attached, and the inserted hooks and the methods of package sync have somebody to tell.
//
//go:linkname knotHooksOn
var knotHooksOn bool

// knotNamesOn: the inserted hooks before and behind operations have. In native mode they have not once the event ring is
// full.
//
//go:linkname knotNamesOn
var knotNamesOn bool

// knotEndsOn: those behind operations that are sure to take their names have. In native mode they have while there is a chain.
//
//go:linkname knotEndsOn
var knotEndsOn bool

// knotTakeHook takes the name that an inserted hook gave to the next operation of this kind.
func knotTakeHook(k *knotG, op uint8) (uint32, bool) {
	if k.depth == 0 {
		return 0, false
	}
	top := &k.hooks[k.depth-1]
	if knotNormalOp(top.op) != knotNormalOp(op) {
		return 0, false // an operation without a hook, in what an operand of the named one calls
	}
	k.depth--
	return top.id, true
}

// knotFrame2 returns the return address into, and the frame pointer of, the program's frame.
// fp is the frame pointer of the entry point.
func knotFrame2(fp uintptr) (pc, callerFP uintptr) {
	fp = *(*uintptr)(unsafe.Pointer(fp))
	return *(*uintptr)(unsafe.Pointer(fp + 8)), *(*uintptr)(unsafe.Pointer(fp))
}

// knotEntry does what all entry points share.
func knotEntry(gp *g, op uint8, addr, fp uintptr, mutex bool) {
	k := &gp.knot
	site, hooked := knotTakeHook(k, op)
	if !hooked {
		if mutex && raceenabled && knot.hdr.cfgFlags&knotCfgOldRace != 0 {
			return
		}
		pc, cfp := knotFrame2(fp)
		var point bool
		site, point = knotCallerSite(pc, cfp, op, mutex)
		if !point {
			if !mutex && !k.blocked {
				k.pendOp, k.pendSite, k.pendPrim, k.primID = op, site, addr, 0
			}
			return
		}
	}
	knotPoint(gp, op, site, addr)
}

// knotChanPoll is called first by selectnbsend and selectnbrecv: a select with one case and a default.
//
//go:noinline
func knotChanPoll(op uint8, c *hchan) {
	gp := getg()
	if !knotMay(gp) {
		return
	}
	knot.polling = true
	knotPolled(c)
	knotEntry(gp, op, uintptr(unsafe.Pointer(c)), getfp(), false)
}

// knotChanOp is called first by chansend1, chanrecv1, chanrecv2, closechan.
//
//go:noinline
func knotChanOp(op uint8, c *hchan) {
	gp := getg()
	if !knotMay(gp) {
		return
	}
	knotEntry(gp, op, uintptr(unsafe.Pointer(c)), getfp(), false)
}

// knotChanReflect is called first by what package reflect calls to send and receive. nb: it does not wait.
//
//go:noinline
func knotChanReflect(op uint8, c *hchan, nb bool) {
	gp := getg()
	if !knotMay(gp) {
		return
	}
	if nb {
		knot.polling = true
		knotPolled(c)
	}
	knotEntry(gp, op, uintptr(unsafe.Pointer(c)), getfp(), false)
}

// knotSelect is called first by selectgo.
//
//go:noinline
func knotSelect(cas0 *scase, ncases int, block bool) {
	gp := getg()
	if !knotMay(gp) {
		return
	}
	if !block {
		knot.polling = true
		for _, c := range (*[1 << 16]scase)(unsafe.Pointer(cas0))[:ncases:ncases] {
			knotPolled(c.c)
		}
	}
	k := &gp.knot
	// The inserted hooks named the select and then its cases: the select is below them.
	for i := int(k.depth) - 1; i >= 0; i-- {
		switch k.hooks[i].op {
		case knotOpSelsend, knotOpSelrecv:
			continue
		case knotOpSelect:
			knotPoint(gp, knotOpSelect, k.hooks[i].id, 0)
			return
		}
		break
	}
	pc, cfp := knotFrame2(getfp())
	site, point := knotCallerSite(pc, cfp, knotOpSelect, false)
	if point {
		knotPoint(gp, knotOpSelect, site, 0)
	}
}

// knotSelected is called by selectgo with its answer: the operation of the chosen case has been executed.
// Sends are numbered from the front of the cases and receives from the back, in source order.
func knotSelected(casi int, scases []scase, nsends int) {
	gp := getg()
	if !knotMay(gp) || gp.knot.run != knot.run {
		return
	}
	k := &gp.knot
	if casi < 0 {
		knotEvent(knotEvSelected, knotOpSeldefault, k.idx, k.pendSite, 0, 0xffffffff)
		return
	}
	op, want, nth := uint8(knotOpRecv), uint8(knotOpSelrecv), len(scases)-1-casi
	if casi < nsends {
		op, want, nth = knotOpSend, knotOpSelsend, casi
	}
	site := k.pendSite
	base := int(k.depth)
	for base > 0 && k.hooks[base-1].op != knotOpSelect {
		base--
	}
	for i, n := base, 0; base > 0 && i < int(k.depth); i++ {
		if k.hooks[i].op == want {
			if n == nth {
				site = k.hooks[i].id
				break
			}
			n++
		}
	}
	pe := knotPrim(uintptr(unsafe.Pointer(scases[casi].c)))
	prim := uint32(0)
	if pe != nil {
		prim = knotPrimID(pe)
	}
	knot.cur.hash = knotMix(knot.cur.hash ^ uint64(casi+1))
	knotEvent(knotEvSelected, op, k.idx, site, prim, uint64(casi))
	knotFeed(gp, op, site, prim, pe, scases[casi].c)
	if f := knot.policy.ran; f != nil {
		f(gp, want, uintptr(unsafe.Pointer(scases[casi].c)))
	}
}

// knotGoSite is called first by newproc: the site of the go statement.
//
//go:noinline
func knotGoSite() {
	gp := getg()
	knotSpawnSite = 0
	if gp.m.curg != gp || gp == knot.driver.ptr() {
		return
	}
	if site, ok := knotTakeHook(&gp.knot, knotOpGo); ok {
		knotSpawnSite = site
		return
	}
	pc, cfp := knotFrame2(getfp())
	knotSpawnSite, _ = knotCallerSite(pc, cfp, knotOpGo, false)
}

// knotGoDone is called last by newproc: the child may run before its parent goes on.
func knotGoDone(site uint32) {
	gp := getg()
	if knotSpawnOurs && knotMay(gp) {
		knotPoint(gp, knotOpGo, site, 0)
	}
}

// Gosched yields the processor. See the original, which the overlay renames and which the runtime itself
// goes on calling.
//
//go:noinline
func Gosched() {
	if knot.on {
		if gp := getg(); knotMay(gp) {
			pc := *(*uintptr)(unsafe.Pointer(getfp() + 8))
			site, _ := knotCallerSite(pc, 0, knotOpYield, false)
			knotPoint(gp, knotOpYield, site, 0)
			return
		}
	}
	knotOrigGosched()
}

// knotSyncOp is called first by the methods of package sync.
//
//go:linkname knotSyncOp sync.knotOpEntry
//go:noinline
func knotSyncOp(op uint8, addr uintptr) {
	if !knot.on {
		if knotNat.rec {
			knotNatOp(op, addr)
		}
		return
	}
	gp := getg()
	if !knotMay(gp) {
		return
	}
	inner := op >= knotOpLock && op <= knotOpWgdone
	knotEntry(gp, op, addr, getfp(), inner)
	switch op {
	case knotOpUnlock:
		if pe := knotPrim(addr); pe != nil {
			pe.owner = knotGNone
		}
	case knotOpRunlock:
		if pe := knotPrim(addr); pe != nil {
			pe.readers--
		}
	case knotOpCondwait:
		k := &gp.knot
		k.cond = knotCondIn{prim: addr, site: k.pendSite, primID: k.primID}
	}
}

// knotSyncDone is called by the methods of package sync when a lock has been taken.
//
//go:linkname knotSyncDone sync.knotDoneEntry
func knotSyncDone(op uint8, addr uintptr) {
	if !knot.on {
		if knotNat.rec {
			knotNatTaken(op, addr)
		}
		return
	}
	gp := getg()
	if !knotMay(gp) || gp.knot.run != knot.run {
		return
	}
	if gp.knot.chainLock {
		knotChainLocked(gp)
	}
	pe := knotPrim(addr)
	if pe == nil {
		return
	}
	switch op {
	case knotOpLock, knotOpTrylock:
		pe.owner = gp.knot.idx
	case knotOpRlock, knotOpTryrlock:
		pe.readers++
		pe.lastR = gp.knot.idx
	}
	if gp.knot.waited && pe.id != 0 {
		gp.knot.waited = false
		knotEvent(knotEvAcquire, op, gp.knot.idx, gp.knot.pendSite, pe.id, 0)
	}
}

// What the inserted hooks send on: see runtime-shim/hook/knot.go.
//
//go:linkname knotHookCalls
var knotHookCalls = &knotHookChans[0]

//go:linkname knotHookPoints
var knotHookPoints = &knotHookChans[1]

var knotHookChans [2]hchan

// knotIsHook: a send on c is a call of one of the inserted hooks. It is inlined into chansend1, for the program's own sends.
func knotIsHook(c *hchan) bool {
	return uintptr(unsafe.Pointer(c))-uintptr(unsafe.Pointer(&knotHookChans)) < unsafe.Sizeof(knotHookChans)
}

// knotHooked is called by chansend1 instead of a send on one of these two.
func knotHooked(c *hchan, elem unsafe.Pointer) {
	if c != &knotHookChans[0] {
		p := (*knotHookPoint)(elem)
		knotAtomic(uint32(p.call>>8), uint8(p.call), p.addr)
		return
	}
	k, call := &getg().knot, *(*uint64)(elem)
	switch before := call>>40 == 0; {
	case knot.on && before && knot.hdr.cfgFlags&knotCfgNoHooks == 0 && k.depth < knotHookDepth:
		k.hooks[k.depth] = knotPending{uint32(call >> 8), uint8(call)} // as knotBefore does, one call less
		k.depth++
	case k.run == knotNat.plain && before && k.depth < knotHookDepth:
		k.hooks[k.depth] = knotPending{uint32(call >> 8), uint8(call)} // as knotNatBefore does, three calls less
		k.depth++
		k.busy = false
	case k.run == knotNat.plain && !before && k.depth == 0:
		// As knotNatAfter does, two calls less. A range loop goes round: its hook stands before the first receive only.
		if id, op := uint32(call>>8), uint8(call); !k.busy && op == knotOpRecv {
			knotNatStep(k, knotEvStep, op, id, k.lastRecv)
		}
		k.busy = false
	case before:
		knotBefore(uint32(call>>8), uint8(call))
	default:
		knotAfter(uint32(call>>8), uint8(call))
	}
}

type knotHookPoint struct {
	call uint64
	addr uintptr
}

// knotBefore names the next operation of kind op of the calling goroutine.
func knotBefore(id uint32, op uint8) {
	if !knot.on {
		if knotNat.bloom>>(id&63)&1 != 0 {
			knotNatBefore(id, op)
		}
		return
	}
	if knot.hdr.cfgFlags&knotCfgNoHooks != 0 {
		return
	}
	k := &getg().knot
	if k.depth == knotHookDepth {
		copy(k.hooks[:], k.hooks[1:])
		k.depth--
		knot.hdr.hooksMissed++
	}
	k.hooks[k.depth] = knotPending{id, op}
	k.depth++
}

// knotAfter ends an operation named by knotBefore. Behind an operation that others may have been waiting
// for it is a scheduling point of its own: what follows may be ordered by plain memory alone.
func knotAfter(id uint32, op uint8) {
	if !knot.on {
		if knotNat.bloom>>(id&63)&1 != 0 {
			knotNatAfter(id, op)
		}
		return
	}
	if knot.hdr.cfgFlags&knotCfgNoHooks != 0 {
		return
	}
	gp := getg()
	k := &gp.knot
	for i := int(k.depth) - 1; i >= 0; i-- {
		h := k.hooks[i]
		sel := op == knotOpSelsend || op == knotOpSelrecv || op == knotOpSeldefault
		if h.id == id && h.op == op && !sel || sel && h.op == knotOpSelect {
			k.depth = uint8(i)
			break
		}
	}
	switch op {
	case knotOpSend, knotOpClose, knotOpUnlock, knotOpRunlock, knotOpWgadd, knotOpWgdone, knotOpSignal,
		knotOpBroadcast, knotOpAtomicStore, knotOpAtomicRmw:
		if knotMay(gp) {
			knotPoint(gp, knotOpNone, id, 0)
		}
	}
}

// knotAtomic is the scheduling point before an atomic operation, which the compiler turns into single
// instructions: there is nothing in the runtime to call us.
func knotAtomic(id uint32, op uint8, addr uintptr) {
	if !knot.on {
		if knotNat.bloom>>(id&63)&1 != 0 {
			knotNatAtomic(id, op, addr)
		}
		return
	}
	if knot.hdr.cfgFlags&knotCfgNoHooks != 0 {
		return
	}
	if gp := getg(); knotMay(gp) {
		if addr-gp.stack.lo < gp.stack.hi-gp.stack.lo {
			addr = 0 // nobody else's, and another address in the next run
		}
		knotPoint(gp, op, id, addr)
	}
}

// Entry points of package testing.

//go:linkname knotTestingAttached testing.knotAttached
func knotTestingAttached() bool { return knot.attached || knotNat.attached }

// knotTestingTerse: package testing need not do what nobody sees. Under the old names primitives are numbered by
// whoever uses them first, package fmt too.
//
//go:linkname knotTestingTerse testing.knotTerse
func knotTestingTerse() bool { return knot.attached && knot.hdr.cfgFlags&knotCfgOldNames == 0 }

//go:linkname knotTestingNext testing.knotNext
func knotTestingNext() bool {
	if !knotNat.attached {
		knotCollect()
	}
	return knotNextRun()
}

//go:linkname knotTestingBegin testing.knotRunBegin
func knotTestingBegin() {
	if knotNat.attached {
		knotNatBegin()
	} else {
		knotRunBegin()
	}
}

//go:linkname knotTestingEnd testing.knotRunEnd
func knotTestingEnd(failed, skipped bool) {
	if knotNat.attached {
		knotNatEnd(failed, skipped)
	} else {
		knotRunEnd(failed, skipped)
	}
}

//go:linkname knotTestingFailed testing.knotFailed
func knotTestingFailed() bool {
	first := knot.on && knot.cur.bucket == 0
	knotTestFailed()
	return first
}

//go:linkname knotTestingFailedWith testing.knotFailedWith
func knotTestingFailedWith(text string) { knotFailText = text }

//go:linkname knotTestingFailedAt testing.knotFailedAt
func knotTestingFailedAt(pc uintptr) { knotFailedIn(pc) }

// knotOSPrints is called by package os before an example prints.
//
//go:noinline
//go:linkname knotOSPrints os.knotPrints
func knotOSPrints(f unsafe.Pointer) {
	if gp := getg(); knot.on && knotMay(gp) {
		pc, fp := knotFrame2(getfp())
		knotPoint(gp, knotOpIo, knotOuterIO(pc, fp, knotOpPrint), uintptr(f))
	}
}

//go:linkname knotTestingNoTest testing.knotNoTest
func knotTestingNoTest() {
	knot.hdr.state = knotStateNoTest
	exit(0)
}

//go:linkname knotHookClose structs.closeChan
func knotHookClose(c unsafe.Pointer) { closechan((*hchan)(c)) }
