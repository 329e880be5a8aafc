// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// Names that survive from run to run: see fuzzer/base/hash.h, which defines them.

const (
	knotPathRoot   = 0x54
	knotPathTimer  = 0x74696d6572
	knotPathBefore = 0x6265666f7265
)

func knotChildPath(parent uint64, site, ordinal uint32) uint64 {
	return knotMix(parent*0x9e3779b97f4a7c15 + (uint64(site)<<32 | uint64(ordinal)))
}

// Primitives by address, ordinals by (parent path, site).
var knotPrims, knotOrdinals knotTab

func knotPrim(addr uintptr) *knotTabEntry {
	if addr == 0 {
		return nil
	}
	return knotPrims.get(uint64(addr))
}

// knotPrimID numbers a primitive at the first step on it. Locks that only the insides of a library take get
// no number: many of them are taken once in the life of a process, others in some Go releases only.
func knotPrimID(pe *knotTabEntry) uint32 {
	if pe.id == 0 {
		knotPrims.ids++
		pe.id = knotPrims.ids
	}
	return pe.id
}

// knotOrdinal counts: how many times before in this run it was asked with the same arguments.
func knotOrdinal(parent uint64, site uint32) uint32 {
	e := knotOrdinals.get(parent ^ uint64(site)*0x9e3779b97f4a7c15)
	if e == nil {
		return 0
	}
	n := uint32(e.lastKey)
	e.lastKey++
	return n
}

// knotAdopt makes gp a goroutine of this run: number, path, place in the table.
func knotAdopt(gp *g, path uint64, parent uint16, site, ordinal uint32, flags uint8) {
	k := &gp.knot
	i := knot.nextIdx
	if i >= knotMaxGoroutines {
		// A run of more goroutines than there are numbers is ended like one of too many steps.
		knot.cur.flags |= knotRunTruncated
		k.run, k.idx, k.path = knot.run, knotGNone, path
		knotStop(knotEndSteps)
		return
	}
	knot.nextIdx++
	k.run = knot.run
	k.idx = uint16(i)
	k.path = path
	k.lastKey = 0
	k.ops, k.drawn, k.resumed = 0, 0, 0
	k.queued = false
	k.flags = flags
	k.blocked = false
	k.depth = 0
	k.pendPrim = 0
	k.primID = 0
	knot.byIdx[i].set(gp)
	knot.cur.goroutines = knot.nextIdx
	if i < knotGSlots {
		knot.gs[i] = knotShmGoroutine{path: path, parent: uint32(parent), site: site, ordinal: ordinal, flags: uint32(flags)}
	}
	// The trace must tell who is who without the table: vtime carries the path.
	knotEventWith(knotEvSpawn, knotOpGo, parent, site, ordinal, uint64(i), path)
	if f := knot.policy.spawn; f != nil {
		f(gp, parent)
	}
}

// knotOwn makes sure that gp has a name in this run: a goroutine that was alive before the run gets one at
// the first thing it does.
func knotOwn(gp *g) {
	if gp.knot.run == knot.run {
		return
	}
	site := knotFuncSite(gp.startpc)
	ord := knotOrdinal(knotPathBefore, site)
	knotAdopt(gp, knotChildPath(knotPathBefore, site, ord), knotGNone, site, ord, 1)
}

// Sites by return address and operation. Filled once per process, never emptied.
type knotPCEntry struct {
	pc   uintptr
	op   uint8
	kind uint8 // see knotPC*
	site uint32
}

const (
	knotPCSite    = 1 + iota // a place in the program
	knotPCExempt             // inside machinery: no scheduling point
	knotPCOuter              // inside package sync: the caller's caller counts
	knotPCContext            // inside package context: no scheduling point when package testing called it
	knotPCThrough            // passes the operation on for its caller, whose operation it is
)

type knotPCTab struct {
	slots []knotPCEntry
	mask  uintptr
	used  uintptr
}

var knotPCs knotPCTab

func (t *knotPCTab) init(n uintptr) {
	p := knotMmap(n * unsafe.Sizeof(knotPCEntry{}))
	t.slots = (*[1 << 22]knotPCEntry)(p)[:n:n]
	t.mask = n - 1
}

func (t *knotPCTab) get(pc uintptr, op uint8) *knotPCEntry {
	for i := uintptr(knotMix(uint64(pc)<<6^uint64(op))) & t.mask; ; i = (i + 1) & t.mask {
		e := &t.slots[i]
		if e.pc == pc && e.op == op {
			return e
		}
		if e.pc == 0 {
			if t.used < t.mask/4*3 {
				t.used++
			} else {
				*e = knotPCEntry{} // full: resolve again each time
			}
			e.pc, e.op = pc, op
			e.kind, e.site = knotResolve(pc, op)
			if t.used >= t.mask/4*3 {
				r := *e
				*e = knotPCEntry{}
				knotPCSpill = r
				return &knotPCSpill
			}
			return e
		}
	}
}

var knotPCSpill knotPCEntry

// knotFuncSite is the site of a goroutine that no go statement of the run has made: the function it runs.
func knotFuncSite(startpc uintptr) uint32 {
	return knotPCs.get(startpc, knotOpStart).site
}

// knotCallerSite finds the site of an operation whose runtime entry was called from the frame with return
// address pc and caller's frame pointer fp. mutex: a lock operation, which inside package sync belongs to
// another operation's insides.
func knotCallerSite(pc, fp uintptr, op uint8, mutex bool) (site uint32, point bool) {
	first := uint32(0)
	for depth := 0; depth < 6; depth++ {
		e := knotPCs.get(pc, op)
		switch e.kind {
		case knotPCSite:
			if first != 0 {
				return first, true
			}
			return e.site, true
		case knotPCExempt:
			return e.site, false
		case knotPCContext:
			if first == 0 {
				first = e.site
			}
		case knotPCOuter:
			if mutex && first == 0 {
				return e.site, false
			}
		}
		if fp == 0 {
			return e.site, true
		}
		pc = *(*uintptr)(unsafe.Pointer(fp + 8))
		fp = *(*uintptr)(unsafe.Pointer(fp))
		if pc == 0 {
			break
		}
	}
	if first != 0 {
		return first, true
	}
	return 1, true
}

// knotOuterSite finds the first position outside the runtime by unwinding: slow, for what is rare.
func knotOuterSite(op uint8) uint32 {
	var pcs [16]uintptr
	n := callers(1, pcs[:])
	for _, pc := range pcs[:n] {
		if name := funcname(findfunc(pc)); name[:knotPkgLen(name)] != "runtime" {
			site, _ := knotCallerSite(pc, 0, op, false)
			return site
		}
	}
	return 0
}

// knotSleepSite is the site of the time.Sleep that has called gopark. fp is the frame pointer of what gopark calls.
func knotSleepSite(fp uintptr) uint32 {
	for depth := 0; depth < 4 && fp != 0; depth++ {
		pc := *(*uintptr)(unsafe.Pointer(fp + 8))
		fp = *(*uintptr)(unsafe.Pointer(fp))
		name := funcname(findfunc(pc))
		if name != "time.Sleep" && name[:knotPkgLen(name)] != "runtime" {
			site, _ := knotCallerSite(pc, fp, knotOpSleep, false)
			return site
		}
	}
	return 0
}

// shownSite is where a goroutine is said to stand. A sleep has no hook, so that pendSite is that of the operation before it,
// which schedule hashes and the departures in crash files hold.
func (k *knotG) shownSite() uint32 {
	if k.pendOp == knotOpSleep {
		return k.sleepSite
	}
	return k.pendSite
}

func knotFnv(h uint32, s string) uint32 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}

func knotFnvByte(h uint32, b byte) uint32 { return (h ^ uint32(b)) * 16777619 }

func knotFnvUint(h uint32, n uint) uint32 {
	var buf [20]byte
	i := len(buf)
	for {
		i--
		buf[i] = byte('0' + n%10)
		n /= 10
		if n == 0 {
			break
		}
	}
	for ; i < len(buf); i++ {
		h = knotFnvByte(h, buf[i])
	}
	return h
}

// knotPkgLen is the length of the import path at the head of a symbol name.
func knotPkgLen(name string) int {
	i := len(name)
	if b := bytealgIndex(name, '['); b >= 0 {
		i = b // type arguments hold slashes of their own
	}
	for i > 0 && name[i-1] != '/' {
		i--
	}
	for i < len(name) && name[i] != '.' {
		i++
	}
	return i
}

func bytealgIndex(s string, c byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return i
		}
	}
	return -1
}

func unhex(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

// knotFnvPkg hashes an import path; the linker wrote dots of its last element as %2e.
func knotFnvPkg(h uint32, s string) uint32 {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			hi, ok1 := unhex(s[i+1])
			lo, ok2 := unhex(s[i+2])
			if ok1 && ok2 {
				c = hi<<4 | lo
				i += 2
			}
		}
		h = knotFnvByte(h, c)
	}
	return h
}

// knotOpPrint is I/O by an example that prints: the program is behind package fmt, too.
const knotOpPrint = 0xff

// knotNormalOp is the operation as site hashes count it.
func knotNormalOp(op uint8) uint8 {
	switch op {
	case knotOpRange, knotOpSelrecv:
		return knotOpRecv
	case knotOpSelsend:
		return knotOpSend
	case knotOpWggo:
		return knotOpGo
	case knotOpPrint:
		return knotOpIo
	}
	return op
}

// knotIsOp: what was named is this operation.
func knotIsOp(named, op uint8) bool { return named == op || knotNormalOp(named) == knotNormalOp(op) }

// knotResolve turns a return address, or with knotOpStart a function's entry, into a site and enters it into the table that goknot reads.
func knotResolve(pc uintptr, op uint8) (kind uint8, site uint32) {
	f := findfunc(pc)
	if !f.valid() {
		return knotPCExempt, 1
	}
	if op == knotOpStart {
		name := funcname(f)
		file, line := funcline(f, f.entry())
		site = knotFnv(2166136261, name)
		knotWriteSite(site, uint32(line), name, file)
		return knotPCSite, site
	}
	u, uf := newInlineUnwinder(f, pc-1)
	for face := false; ; {
		name := u.srcFunc(uf).name()
		file, line := u.fileLine(uf)
		kind, site = knotSiteOf(name, file, line, int(u.srcFunc(uf).startLine), op)
		if face && knotIsPromoted(name, file) {
			kind = knotPCThrough
		}
		face = knotIsFace(name)
		if knotNormalOp(op) == knotOpIo && kind != knotPCSite || kind == knotPCThrough {
			if uf = u.next(uf); uf.valid() {
				continue // a function that the program calls may have been inlined into it
			}
		}
		knotWriteSite(site, uint32(line), name, file)
		return kind, site
	}
}

// knotSiteOf is the hash of a site, and what kind of place it is. head is the line of the function.
func knotSiteOf(name, file string, line, head int, op uint8) (kind uint8, site uint32) {
	pkg := name[:knotPkgLen(name)]
	base := file
	for i := len(file) - 1; i >= 0; i-- {
		if file[i] == '/' {
			base = file[i+1:]
			break
		}
	}
	h := knotFnvPkg(2166136261, pkg)
	h = knotFnvByte(h, '/')
	old := knot.hdr.cfgFlags&knotCfgOldNames != 0
	if !old && line >= head && knotIsStd(pkg) {
		h = knotFnv(h, name[len(pkg):])
		h = knotFnvByte(h, '+')
		h = knotFnvUint(h, uint(line-head))
	} else {
		h = knotFnv(h, base)
		h = knotFnvByte(h, ':')
		h = knotFnvUint(h, uint(line))
	}
	h = knotFnvByte(h, ':')
	h = knotFnvUint(h, uint(knotNormalOp(op)))
	h = knotFnv(h, ":0")
	if h == 0 {
		h = 1
	}
	switch pkg {
	case "testing", "runtime", "internal/poll", "internal/sync", "structs", "runtime/debug", "os":
		kind = knotPCExempt
	case "internal/godebug":
		// Settings are read once in the life of a process, and what has a setting differs between releases.
		kind = knotPCExempt
		if old {
			kind = knotPCSite
		}
	case "sync":
		kind = knotPCOuter
	case "context":
		kind = knotPCContext
	default:
		kind = knotPCSite
	}
	if !old && knotPassesOn(name, pkg, op) || knotIsFace(name) {
		kind = knotPCThrough
	}
	if knotNormalOp(op) == knotOpIo {
		switch pkg {
		case "net", "io", "bufio", "os", "syscall", "crypto/tls":
			kind = knotPCExempt // in between
		case "fmt", "log":
			if op == knotOpPrint {
				kind = knotPCExempt
			}
		}
	}
	return kind, h
}

// knotPassesOn reports whether a function does a channel's operation for who calls package reflect, or that of a
// RWMutex for who has its RLocker.
func knotPassesOn(name, pkg string, op uint8) bool {
	switch knotNormalOp(op) {
	case knotOpSend, knotOpRecv, knotOpClose, knotOpSelect:
		return pkg == "reflect" || name == "runtime.reflect_chanclose" || name == "runtime.reflect_rselect"
	case knotOpRlock, knotOpRunlock:
		return name == "sync.(*rlocker).Lock" || name == "sync.(*rlocker).Unlock"
	}
	return false
}

// knotIsFace reports whether a function of package sync is one that the compiler inlines where it is called, and that
// only passes the operation on to a function that does it: see runtime-shim/sync/knot.go.
func knotIsFace(name string) bool {
	switch name {
	case "sync.(*Mutex).Lock", "sync.(*Mutex).Unlock", "sync.(*RWMutex).RLock", "sync.(*RWMutex).RUnlock",
		"sync.(*WaitGroup).Add", "sync.(*WaitGroup).Done", "sync.(*Once).Do":
		return true
	}
	return false
}

// knotIsPromoted reports whether a function that has a face inlined into it was made by the compiler for the method of an
// embedded primitive. It would jump to any other method of a pointer, and nobody would see it here.
func knotIsPromoted(name, file string) bool {
	n := knotPkgLen(name)
	return file == "<autogenerated>" && len(name) > n+2 && name[n:n+3] == ".(*" && name[:n] != "sync"
}

// knotIsStd reports whether a package is one of the standard library: import paths of modules begin with a domain.
// Paths of files do not tell, since the build cache may hold those of another GOROOT. A module without a domain
// counts as well, which does no harm.
func knotIsStd(pkg string) bool {
	for i := 0; i < len(pkg) && pkg[i] != '/'; i++ {
		if pkg[i] == '.' {
			return false
		}
	}
	return pkg != "main"
}

// knotWriteSite writes a site down for goknot; the region outlives the process, so it may be there already.
func knotWriteSite(h, line uint32, name, file string) {
	for i := h; i-h < knotSiteSlots; i++ {
		s := &knot.sites[i%knotSiteSlots]
		if s.hash == h {
			return
		}
		if s.hash == 0 {
			if knot.hdr.sitesUsed >= knotSiteSlots/4*3 {
				knot.hdr.sitesFull++
				return
			}
			if over := len(name) + len(file) + 2 - knotSiteText; over > 0 {
				if over < len(file) {
					file = file[over:]
				} else {
					file = ""
				}
				if len(name) > knotSiteText-len(file)-2 {
					name = name[:knotSiteText-len(file)-2]
				}
			}
			n := copy(s.text[:], name)
			n++
			copy(s.text[n:], file)
			s.line = line
			knot.hdr.sitesUsed++
			s.hash = h
			return
		}
	}
}
