// SPDX-License-Identifier: BSD-2-Clause

// The policies of the shim with a made-up runtime under them: tests/e2e/policies.sh puts these files beside those
// of runtime-shim/runtime that decide. Programs are lists of operations, so that what a policy should do can be
// worked out, and a hundred thousand runs take a second.
package runtime

import (
	"math"
	"math/bits"
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
	path, run, prio, raced, stamp                      uint64
	pendPrim                                           uintptr
	readyIdx                                           int32
	pendSite, memberOf, memberAt, pathID, rec, recNext uint32
	idx                                                uint16
	pendOp                                             uint8
	blocked, queued, chainLock                         bool
}

// The primitives of the trace, whose numbers are given out elsewhere.
var knotPrims knotTab

func knotPrim(addr uintptr) *knotTabEntry {
	if knotPrims.base == 0 {
		knotPrims.init()
		knotPrims.gen = 1
	}
	if addr == 0 {
		return nil
	}
	return knotPrims.get(uint64(addr))
}

// The table of pairs: how many runs have shown one, of knot.testRun.
var pairRuns = map[[2]uint64]uint32{}

func knotPairRuns(a, b uint64) uint32 { return pairRuns[[2]uint64{a, b}] }
func knotLen32(x uint32) int          { return bits.Len32(x) }

func knotOpKey(path uint64, site uint32, op uint8) uint64 {
	return knotMix(path + (uint64(site)<<8 | uint64(op)))
}

const knotMaxReady = 1 << 16

var knot struct {
	hdr                               *knotShmHeader
	cur                               *knotShmCurrent
	req                               knotShmRequest
	reqIndex                          uint32
	run                               uint64
	rng                               uint64
	stamp                             uint64
	ready                             [knotMaxReady]guintptr
	byIdx                             [knotMaxReady]guintptr
	nready                            int
	nfree                             int
	nnow                              int
	chainPos                          uint32
	chainDelay, chainPasses, batchAll uint32
	chainOn                           bool
	policy                            *knotPolicy
	pct                               knotPCT
	fifo                              knotFifoQueue
	delay                             knotDelay
	testRun                           uint32
	rposWeight                        float64
	pos                               knotPOS
	surw                              knotSURW
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

// An instr is one operation of a task. A spawn makes its task runnable, a join waits for the end of its task. A mutex is
// locked, or else unlocked, at addr; who has waited longest gets it.
type instr struct {
	op          uint8
	addr        uintptr
	site        uint32
	spawn, join int // task + 1
	mutex       bool
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

	held    map[uintptr]bool
	lockers map[uintptr][]int
	joiners map[int][]int
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
	f.held, f.lockers, f.joiners = map[uintptr]bool{}, map[uintptr][]int{}, map[int][]int{}
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
	if k.blocked {
		k.blocked = false
		knot.cur.steps++
		return f.advance(gp)
	}
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
	if f.blocks(i, in) {
		k.blocked = true
		return nil
	}
	return f.advance(gp)
}

// blocks has the effect of an operation on others and reports whether the task has to wait.
func (f *fake) blocks(i int, in instr) bool {
	switch {
	case in.join != 0 && f.gs[in.join-1].knot.run == knot.run:
		f.joiners[in.join-1] = append(f.joiners[in.join-1], i)
		return true
	case in.mutex && in.op == knotOpLock:
		if f.held[in.addr] {
			f.lockers[in.addr] = append(f.lockers[in.addr], i)
			return true
		}
		f.held[in.addr] = true
	case in.mutex:
		f.held[in.addr] = len(f.lockers[in.addr]) > 0
		if f.held[in.addr] {
			knotReadyAdd(f.gs[f.lockers[in.addr][0]])
			f.lockers[in.addr] = f.lockers[in.addr][1:]
		}
	}
	return false
}

// advance is behind an operation of gp, which ends or goes to the next.
func (f *fake) advance(gp *g) *g {
	k := &gp.knot
	i := int(k.idx)
	f.pc[i]++
	if f.pc[i] == len(f.prog.tasks[i]) {
		k.run = 0
		for _, j := range f.joiners[i] {
			knotReadyAdd(f.gs[j])
		}
		return nil
	}
	f.pend(i)
	if fn := knot.policy.yielded; fn != nil && k.pendOp == knotOpYield {
		fn(gp)
	}
	return gp
}

// The policy of minimised schedules decides nothing by chance and has no promise to keep here.
func knotSwitchBegin()                    { panic("not here") }
func knotSwitchChoose(self *g) *g         { panic("not here") }
func knotSwitchFires(self *g) bool        { panic("not here") }
func knotSwitchFollows(self *g, d uint16) { panic("not here") }
