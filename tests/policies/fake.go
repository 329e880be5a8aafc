// SPDX-License-Identifier: BSD-2-Clause

// The policies of the shim with a made-up runtime under them: tests/e2e/policies.sh puts these files beside those
// of runtime-shim/runtime that decide. Programs are lists of operations, so that what a policy should do can be
// worked out, and a hundred thousand runs take a second.
package runtime

import (
	"math"
	"syscall"
	"unsafe"
)

type g struct {
	knot  knotG
	sched uintptr
}

type guintptr uintptr

func (p guintptr) ptr() *g   { return (*g)(unsafe.Pointer(p)) }
func (p *guintptr) set(x *g) { *p = guintptr(unsafe.Pointer(x)) }

// knotG has the members that the policies use.
type knotG struct {
	path, run, prio, stamp                             uint64
	pendPrim                                           uintptr
	readyIdx                                           int32
	pendSite, memberOf, memberAt, pathID, rec, recNext uint32
	idx                                                uint16
	pendOp                                             uint8
	blocked, queued, chainLock                         bool
}

// The primitives of the trace, whose numbers are given out elsewhere.
var knotPrims knotTab

const knotMaxReady = 1 << 16

var knot struct {
	hdr        *knotShmHeader
	cur        *knotShmCurrent
	req        knotShmRequest
	reqIndex   uint32
	run        uint64
	rng        uint64
	stamp      uint64
	ready      [knotMaxReady]guintptr
	byIdx      [knotMaxReady]guintptr
	nready     int
	nfree      int
	nnow       int
	chainPos   uint32
	chainDelay uint32
	chainOn    bool
	policy     *knotPolicy
	pct        knotPCT
	fifo       knotFifoQueue
	delay      knotDelay
	pos        knotPOS
	surw       knotSURW
}

func knotMix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func knotRandom() uint64 {
	knot.rng += 0x9e3779b97f4a7c15
	return knotMix(knot.rng)
}

func knotRandn(n uint32) uint32 {
	return uint32((uint64(uint32(knotRandom())) * uint64(n)) >> 32)
}

func fastlog2(x float64) float64 { return math.Log2(x) }
func knotPrefetch(addr uintptr)  {}
func throw(s string)             { panic(s) }

func knotEvent(kind, op uint8, g uint16, site, prim uint32, aux uint64) {}

func memmove(to, from unsafe.Pointer, n uintptr) {
	copy(unsafe.Slice((*byte)(to), n), unsafe.Slice((*byte)(from), n))
}

func knotMmap(size uintptr) unsafe.Pointer {
	b, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	return unsafe.Pointer(&b[0])
}

func munmap(p unsafe.Pointer, n uintptr) {
	syscall.Syscall(syscall.SYS_MUNMAP, uintptr(p), n, 0)
}

// An instr is one operation of a task. A spawn makes its task runnable; nothing else blocks.
type instr struct {
	op    uint8
	addr  uintptr
	site  uint32
	spawn int // task + 1
}

// A program's tasks from 0 to roots-1 are there from the start.
type program struct {
	tasks [][]instr
	roots int
}

// A fake executes runs of one program.
type fake struct {
	prog  program
	gs    []*g
	pc    []int
	trace []int // the tasks in the order of their steps
	check func(self, chosen *g)
}

func newFake(prog program) *fake {
	if knot.hdr == nil {
		knot.hdr = new(knotShmHeader)
		knot.cur = new(knotShmCurrent)
	}
	f := &fake{prog: prog}
	for range prog.tasks {
		f.gs = append(f.gs, new(g))
	}
	f.pc = make([]int, len(prog.tasks))
	return f
}

func (f *fake) pend(i int) {
	in, k := f.prog.tasks[i][f.pc[i]], &f.gs[i].knot
	k.pendOp, k.pendPrim, k.pendSite = in.op, in.addr, in.site
}

func (f *fake) spawn(i int, parent uint16) {
	gp := f.gs[i]
	gp.knot = knotG{path: uint64(i) + 100, run: knot.run, idx: uint16(i), readyIdx: -1}
	knot.byIdx[i].set(gp)
	f.pc[i] = 0
	f.pend(i)
	if fn := knot.policy.spawn; fn != nil {
		fn(gp, parent)
	}
	knotReadyAdd(gp)
}

// run makes one run; index 0 is the first of a request. It returns the order of the tasks' steps.
func (f *fake) run(policy int, seed uint64, index uint32) []int {
	knot.run++
	knot.req.policy, knot.reqIndex = uint32(policy), index
	*knot.cur = knotShmCurrent{}
	knot.rng = knotMix(seed ^ 0x6b6e6f74)
	knot.nready, knot.nfree, knot.nnow = 0, 0, 0
	knot.chainPos, knot.chainDelay, knot.chainOn = 0, 0, knot.req.chainLen > 0
	knot.policy = &knotPolicies[policy]
	if fn := knot.policy.begin; fn != nil {
		fn()
	}
	f.trace = f.trace[:0]
	for i := 0; i < f.prog.roots; i++ {
		f.spawn(i, knotGNone)
	}
	var self *g
	for self != nil || knot.nready > 0 {
		gp := knotChoose(knot.policy, self)
		if f.check != nil {
			f.check(self, gp)
		}
		if gp != self {
			if self != nil {
				knotReadyAdd(self)
			}
			knotReadyRemove(gp)
		}
		self = f.execute(gp)
	}
	return f.trace
}

// execute makes the pending step of gp and returns gp when it has another.
func (f *fake) execute(gp *g) *g {
	k := &gp.knot
	i := int(k.idx)
	in := f.prog.tasks[i][f.pc[i]]
	f.trace = append(f.trace, i)
	knot.cur.steps++
	if fn := knot.policy.ran; fn != nil {
		fn(gp, in.op, in.addr)
	}
	if knot.chainPos < knot.req.chainLen {
		knotChainStep(gp)
	}
	if in.spawn != 0 {
		f.spawn(in.spawn-1, k.idx)
	}
	f.pc[i]++
	if f.pc[i] == len(f.prog.tasks[i]) {
		k.run = 0
		return nil
	}
	f.pend(i)
	if fn := knot.policy.yielded; fn != nil && k.pendOp == knotOpYield {
		fn(gp)
	}
	return gp
}
