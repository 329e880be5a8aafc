// SPDX-License-Identifier: BSD-2-Clause

//go:build race

package runtime

import "unsafe"

// Accesses to plain memory as scheduling points, with -race only.
//
// A race that is found is not yet its harm: the lost update needs a switch between a read and a write, where
// no operation of concurrency stands. So goknot names positions in its request (those that raced, or that
// goroutines share), and an access there is a scheduling point like any operation, on the address as its
// primitive. The set belongs to the request and to the crash file: replay has the same points.
//
// Invariant: which accesses of a run are points depends on the request and on the run alone. The table of
// return addresses only remembers what the symbol table says of them.

// knotMemOn is read by the assembly: the request under way names positions, or wants to learn some.
var knotMemOn uint8

// knotMemPoints bounds the points of one run: a loop over raced memory must not fill the step limit.
const knotMemPoints = 5000

type knotMemPC struct {
	pc    uintptr
	site  uint32
	gen   uint32 // of watch
	watch bool   // the site is in the request's set
	told  bool   // goknot has been told that goroutines share memory here
	op    uint8
}

const knotMemPCs = 1 << 16

// knotMemWord is what is known of the goroutines that touched one word in the run.
type knotMemWord struct {
	addr  uintptr
	run   uint64
	entry uint32 // index of the last access' position, +1
	g     uint16
	many  bool // more than one goroutine has touched it
	wrote bool // and one of them wrote after another had touched it
}

const knotMemWords = 1 << 14

var knotMem struct {
	pcs   *[knotMemPCs]knotMemPC
	words *[knotMemWords]knotMemWord
	used  uint32
	gen   uint32
	left  uint32 // points left in the run
	learn bool
}

// knotMemRequest makes the positions of the request the ones that count. Called with every new request.
func knotMemRequest() {
	m := &knotMem
	if knot.req.memLen > knotMemMax {
		knot.req.memLen = knotMemMax
	}
	m.gen++
	m.learn = knot.req.flags&knotReqMemLearn != 0
	knotMemOn = 0
	if knot.req.memLen == 0 && !m.learn {
		return
	}
	if m.pcs == nil {
		m.pcs = (*[knotMemPCs]knotMemPC)(knotMmap(unsafe.Sizeof(*m.pcs)))
		m.words = (*[knotMemWords]knotMemWord)(knotMmap(unsafe.Sizeof(*m.words)))
	}
	knotMemOn = 1
}

func knotMemRunBegin() { knotMem.left = knotMemPoints }

// knotMemFind returns the entry of a return address, made when it is new; nil when the table is full.
func knotMemFind(pc uintptr, op uint8) *knotMemPC {
	m := &knotMem
	for i := uintptr(knotMix(uint64(pc)<<1^uint64(op&1))) % knotMemPCs; ; i = (i + 1) % knotMemPCs {
		e := &m.pcs[i]
		if e.pc == pc && e.op == op {
			return e
		}
		if e.pc == 0 {
			if m.used >= knotMemPCs/4*3 {
				knot.hdr.sitesFull++
				return nil
			}
			m.used++
			e.pc, e.op = pc, op
			kind, site := knotMemResolve(pc, op)
			if kind != knotPCExempt {
				e.site = site
			}
			return e
		}
	}
}

// knotMemResolve is knotResolve, for a position that goknot may never have to name: most are private memory.
func knotMemResolve(pc uintptr, op uint8) (kind uint8, site uint32) {
	f := findfunc(pc)
	if !f.valid() {
		return knotPCExempt, 0
	}
	u, uf := newInlineUnwinder(f, pc-1)
	name := u.srcFunc(uf).name()
	file, line := u.fileLine(uf)
	return knotSiteOf(name, file, line, int(u.srcFunc(uf).startLine), op)
}

// knotMemPoint looks at one access: in the set of positions it is a scheduling point.
func knotMemPoint(pc, addr uintptr, op uint8) {
	if !knot.on {
		return
	}
	gp := getg()
	if !knotMay(gp) {
		return
	}
	e := knotMemFind(pc, op)
	if e == nil || e.site == 0 {
		return
	}
	m := &knotMem
	if m.learn {
		knotOwn(gp)
		knotMemLearn(e, addr, gp.knot.idx)
	}
	if e.gen != m.gen {
		e.gen = m.gen
		e.watch = false
		for _, s := range knot.req.mem[:knot.req.memLen] {
			e.watch = e.watch || s == e.site
		}
		if e.watch {
			knotResolve(pc, op) // goknot will want its name
		}
	}
	if !e.watch || m.left == 0 {
		return
	}
	m.left--
	knotPoint(gp, op, e.site, addr)
}

// knotMemLearn tells goknot of positions whose memory one goroutine writes after another has touched it: what
// is made by one and then only read by others is not shared in any way that matters. After Eraser's states
// (Savage et al., TOCS 1997), without its locks. A word may be forgotten: positions are met again.
func knotMemLearn(e *knotMemPC, addr uintptr, g uint16) {
	addr >>= 3
	w := &knotMem.words[knotMix(uint64(addr))%knotMemWords]
	at := uint32((uintptr(unsafe.Pointer(e))-uintptr(unsafe.Pointer(knotMem.pcs)))/unsafe.Sizeof(*e)) + 1
	if w.addr != addr || w.run != knot.run {
		*w = knotMemWord{addr: addr, run: knot.run, entry: at, g: g}
		return
	}
	w.many = w.many || w.g != g
	if w.many && e.op == knotOpMemwrite {
		w.wrote = true
	}
	if w.wrote {
		knotMemTell(&knotMem.pcs[w.entry-1])
		knotMemTell(e)
	}
	w.g, w.entry = g, at
}

func knotMemTell(e *knotMemPC) {
	h := knot.hdr
	if e.told || h.memsUsed >= knotMemSlots {
		return
	}
	e.told = true
	knotResolve(e.pc, e.op)
	knot.mems[h.memsUsed] = knotShmMem{site: e.site, op: uint32(e.op)}
	knotAtomicStore(&h.memsUsed, h.memsUsed+1)
}

// The four that the assembly calls stand where the compiler called the original: their caller is the access.
// The race detector wants the return address, of which racereadpc and its like are told one less.

func knotMemRead(addr uintptr) {
	pc := *(*uintptr)(unsafe.Pointer(getfp() + 8))
	knotMemPoint(pc, addr, knotOpMemread)
	knotRacereadpc(unsafe.Pointer(addr), 0, pc-1)
}

func knotMemWrite(addr uintptr) {
	pc := *(*uintptr)(unsafe.Pointer(getfp() + 8))
	knotMemPoint(pc, addr, knotOpMemwrite)
	knotRacewritepc(unsafe.Pointer(addr), 0, pc-1)
}

func knotMemReadRange(addr, size uintptr) {
	pc := *(*uintptr)(unsafe.Pointer(getfp() + 8))
	knotMemPoint(pc, addr, knotOpMemread)
	racereadrangepc1(addr, size, pc-1)
}

func knotMemWriteRange(addr, size uintptr) {
	pc := *(*uintptr)(unsafe.Pointer(getfp() + 8))
	knotMemPoint(pc, addr, knotOpMemwrite)
	racewriterangepc1(addr, size, pc-1)
}

// Of what the runtime reports itself only maps count: channels are primitives already, and in a select they
// are locked here.

func knotMemReadPC(addr unsafe.Pointer, callpc, pc uintptr) {
	if knotMemIsMap(uintptr(addr), pc) {
		knotMemPoint(callpc, uintptr(addr), knotOpMemread)
	}
	knotRacereadpc(addr, callpc, pc)
}

func knotMemWritePC(addr unsafe.Pointer, callpc, pc uintptr) {
	if knotMemIsMap(uintptr(addr), pc) {
		knotMemPoint(callpc, uintptr(addr), knotOpMemwrite)
	}
	knotRacewritepc(addr, callpc, pc)
}

// knotMemIsMap reports whether an access of a function of the runtime is one to a map: the function is one of
// a map's, and what is accessed is not a key on the goroutine's stack.
func knotMemIsMap(addr, pc uintptr) bool {
	if gp := getg(); addr-gp.stack.lo < gp.stack.hi-gp.stack.lo {
		return false
	}
	name := funcname(findfunc(pc))
	for _, prefix := range [...]string{"runtime.map", "internal/runtime/maps.", "runtime.reflect_map"} {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}

//go:noescape
func knotRacereadpc(addr unsafe.Pointer, callpc, pc uintptr)

//go:noescape
func knotRacewritepc(addr unsafe.Pointer, callpc, pc uintptr)
