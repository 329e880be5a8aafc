// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// surw: selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, "Selectively Uniform Concurrency
// Testing", ASPLOS 2025). Some operations are of interest. The goroutine that is to execute the next of them,
// the target, is drawn in proportion to how many each has left; the others are kept from theirs until it has. So
// every order of the operations of interest is equally probable, however long the ways to them are. What else
// there is to do is done in the order of a random walk.
//
// How many each goroutine has left is what the runs before in the same request have shown, by goroutine path,
// on average; a goroutine has those of its children, too, until it creates them. The first run of a request
// is a plain random walk. A replay follows decisions and needs none of this.
//
// What is of interest is drawn for every run: the operations on one primitive, or on all, of those that at least
// two goroutines have used. A primitive is known from run to run by the sites that were seen to use it.
//
// Differences: a target that cannot go on while all others are kept waiting is given up for one of those, in
// proportion again, and counts as having nothing left until it can go on; a goroutine at an operation it was not
// expected to have left counts as having one.
//
// Invariants: the candidates are in set, [0, plain) those whose pending operation is of no interest. The
// sum tree has, by goroutine number, what is left; the target, when there is one, is a number of this run.
type knotSURW struct {
	// Learnt in the request.
	paths, sites, recs knotTab
	path, site, rec    knotArray
	npaths, nrecs      uint32
	runs               uint32

	// Of the run.
	prims    knotTab // the last site that used a primitive
	left     knotSums
	set      knotArray // of guintptr
	turns    knotArray // by goroutine number
	aside    uint32    // goroutines that have something set aside
	plain, n uint32
	known    uint32 // paths with an estimate
	target   uint32 // goroutine number + 1
	on       bool
	ready    bool
}

type knotSURWPath struct {
	parent uint32
	weight uint32 // operations of interest, its descendants' too
}

// knotSURWSite is a site; those that use the same primitive form a tree whose root stands for the primitive.
type knotSURWSite struct {
	up     uint32
	user   uint32 // of a root: a path that used it
	shared bool   // of a root: another one did, too
	chosen bool   // is of interest in this run
}

// knotSURWTurn is what a choice must know of a goroutine, apart from the g, which is far away.
type knotSURWTurn struct {
	waits uint32 // the run in which it is a candidate at an operation of interest
	run   uint32 // the run in which it was given up as a target ...
	left  uint32 // ... with so many left
}

// knotSURWRec counts the operations of a path at a site.
type knotSURWRec struct {
	path, site, count uint32
	next              uint32 // the record of the same path that was used behind this one last
	run               uint32 // in this run it has used ...
	addr              uintptr
}

const knotSURWRecsMax = 1 << 19

func (s *knotSURW) pathAt(i uint32) *knotSURWPath { return (*knotSURWPath)(s.path.at(i)) }
func (s *knotSURW) siteAt(i uint32) *knotSURWSite { return (*knotSURWSite)(s.site.at(i)) }
func (s *knotSURW) recAt(i uint32) *knotSURWRec   { return (*knotSURWRec)(s.rec.at(i)) }
func (s *knotSURW) member(i uint32) *guintptr     { return (*guintptr)(s.set.at(i)) }
func (s *knotSURW) turn(i uint32) *knotSURWTurn   { return (*knotSURWTurn)(s.turns.at(i)) }

func knotSURWBegin() {
	s := &knot.surw
	if !s.ready {
		s.ready = true
		s.paths.init()
		s.sites.init()
		s.recs.init()
		s.prims.init()
		s.path.size = unsafe.Sizeof(knotSURWPath{})
		s.site.size = unsafe.Sizeof(knotSURWSite{})
		s.rec.size = unsafe.Sizeof(knotSURWRec{})
		s.set.size = unsafe.Sizeof(guintptr(0))
		s.turns.size = unsafe.Sizeof(knotSURWTurn{})
	}
	s.prims.reset()
	s.left.reset()
	s.plain, s.n, s.target, s.aside = 0, 0, 0, 0
	s.known = s.npaths
	s.runs++
	s.on = false
	if knot.reqIndex == 0 {
		s.paths.reset()
		s.sites.reset()
		s.recs.reset()
		s.npaths, s.nrecs, s.known, s.runs = 0, 0, 0, 0
		return
	}
	s.on = s.interest()
}

// interest draws what is of interest in this run and estimates from the runs before. False: nothing was shared.
func (s *knotSURW) interest() bool {
	nsites := uint32(s.sites.used)
	for i := uint32(1); i <= nsites; i++ {
		e := s.siteAt(i)
		e.user, e.shared, e.chosen = 0, false, false
	}
	shared := uint32(0)
	for i := uint32(0); i < s.nrecs; i++ {
		r := s.recAt(i)
		root := s.siteAt(s.root(r.site))
		if root.user == 0 {
			root.user = r.path
		} else if root.user != r.path && !root.shared {
			root.shared = true
			shared++
		}
	}
	if shared == 0 {
		return false
	}
	one, seen := uint32(0), uint32(0) // one of them, or all
	if shared > 1 {
		one = knotRandn(shared + 1)
	}
	for i := uint32(1); i <= nsites; i++ {
		if e := s.siteAt(i); e.shared {
			e.chosen = one == shared || one == seen
			seen++
		}
	}
	for i := uint32(1); i <= s.npaths; i++ {
		s.pathAt(i).weight = 0
	}
	for i := uint32(0); i < s.nrecs; i++ {
		r := s.recAt(i)
		e := s.siteAt(r.site)
		if e.chosen = s.siteAt(s.root(r.site)).chosen; e.chosen {
			s.pathAt(r.path).weight += r.count
		}
	}
	for i := uint32(1); i <= s.npaths; i++ {
		if p := s.pathAt(i); p.weight > 0 {
			p.weight = max(1, (p.weight+s.runs/2)/s.runs)
		}
	}
	for i := s.npaths; i > 0; i-- {
		if p := s.pathAt(i); p.parent != 0 {
			s.pathAt(p.parent).weight += p.weight // a parent has a smaller number
		}
	}
	return true
}

func (s *knotSURW) root(i uint32) uint32 {
	for {
		e := s.siteAt(i)
		if e.up == 0 {
			return i
		}
		if up := s.siteAt(e.up).up; up != 0 {
			e.up = up
		}
		i = e.up
	}
}

// siteOf is the number of a site, 0 when there is no room for it.
func (s *knotSURW) siteOf(hash uint32) uint32 {
	used := s.sites.used
	e := s.sites.get(uint64(hash))
	if e == nil {
		return 0
	}
	if s.sites.used != used {
		*s.siteAt(e.id) = knotSURWSite{}
	}
	return e.id
}

func knotSURWSpawn(gp *g, parent uint16) {
	s, k := &knot.surw, &gp.knot
	var from *g
	up := uint32(0)
	if parent != knotGNone {
		from = knot.byIdx[parent].ptr()
		up = from.knot.pathID
	}
	k.pathID, k.rec, k.recNext = 0, 0, 0
	used := s.paths.used
	e := s.paths.get(k.path)
	if e == nil {
		return
	}
	k.pathID = e.id
	if s.paths.used != used {
		*s.pathAt(e.id) = knotSURWPath{parent: up}
		s.npaths = e.id
	}
	if !s.on {
		return
	}
	if k.pathID > s.known {
		s.left.set(uint32(k.idx), 1)
		return
	}
	own := s.pathAt(k.pathID).weight
	s.left.set(uint32(k.idx), own)
	if from == nil {
		return
	}
	i := uint32(parent)
	rest := s.left.get(i)
	rest -= min(rest, own)
	s.left.set(i, rest)
	if s.target == i+1 && own > 0 && knotRandn(own+rest) < own {
		s.target = uint32(k.idx) + 1
	}
}

func knotSURWCounts(op uint8) bool {
	switch op {
	case knotOpGo, knotOpSleep, knotOpIo, knotOpSelsend, knotOpSelrecv:
		return false
	}
	return op >= knotOpSend
}

// wants reports whether the pending operation of gp is of interest. The way on after having been blocked is not.
func (s *knotSURW) wants(gp *g) bool {
	k := &gp.knot
	if k.blocked || !knotSURWCounts(k.pendOp) {
		return false
	}
	e := s.sites.find(uint64(k.pendSite))
	return e.gen == s.sites.gen && s.siteAt(e.id).chosen
}

func (s *knotSURW) swap(i, j uint32) {
	a, b := *s.member(i), *s.member(j)
	*s.member(i), *s.member(j) = b, a
	a.ptr().knot.memberAt, b.ptr().knot.memberAt = j, i
}

func knotSURWAdd(gp *g) {
	s, k := &knot.surw, &gp.knot
	if !s.on {
		return
	}
	k.memberAt = s.n
	s.member(s.n).set(gp)
	s.n++
	if s.aside > 0 {
		s.back(uint32(k.idx))
	}
	if !s.wants(gp) {
		s.swap(k.memberAt, s.plain)
		s.plain++
		return
	}
	i := uint32(k.idx)
	s.turn(i).waits = uint32(knot.run)
	if s.left.get(i) == 0 {
		s.left.set(i, 1)
	}
}

func knotSURWRemove(gp *g) {
	s, k := &knot.surw, &gp.knot
	if !s.on {
		return
	}
	if k.memberAt < s.plain {
		s.plain--
		s.swap(k.memberAt, s.plain)
	} else {
		s.turn(uint32(k.idx)).waits = 0
	}
	s.n--
	s.swap(k.memberAt, s.n)
}

func knotSURWRan(gp *g, op uint8, addr uintptr) {
	s, k := &knot.surw, &gp.knot
	selected := op == knotOpSelsend || op == knotOpSelrecv
	if !selected && !knotSURWCounts(op) {
		return
	}
	site := s.siteOf(k.pendSite)
	if site == 0 {
		return
	}
	if !selected {
		r := s.count(k, site)
		if s.on && s.siteAt(site).chosen {
			i := uint32(k.idx)
			if left := s.left.get(i); left > 0 {
				s.left.set(i, left-1)
			}
			s.target = 0
		}
		if r != nil {
			if r.addr == addr && r.run == s.runs {
				return // the primitive knows this site
			}
			r.addr, r.run = addr, s.runs
		}
	}
	if addr == 0 {
		return
	}
	if e := s.prims.get(uint64(addr)); e != nil {
		if last := uint32(e.lastKey); last != 0 && last != site {
			if a, b := s.root(last), s.root(site); a != b {
				s.siteAt(max(a, b)).up = min(a, b)
			}
		}
		e.lastKey = uint64(site)
	}
}

// count finds the record by the one before it: in a table of all that thousands of goroutines have, each look comes
// out of the far end of the cache. nil: there is none.
func (s *knotSURW) count(k *knotG, site uint32) *knotSURWRec {
	if k.pathID == 0 || s.nrecs >= knotSURWRecsMax {
		return nil
	}
	if k.recNext != 0 {
		if r := s.recAt(k.recNext - 1); r.site == site {
			k.rec, k.recNext = k.recNext, r.next
			r.count++
			return r
		}
	}
	used := s.recs.used
	e := s.recs.get(uint64(k.pathID)<<32 | uint64(site))
	if e == nil {
		return nil
	}
	r := s.recAt(e.id - 1)
	if s.recs.used != used {
		*r = knotSURWRec{path: k.pathID, site: site}
		s.nrecs = e.id
	}
	if k.rec != 0 {
		s.recAt(k.rec - 1).next = e.id
	}
	k.rec, k.recNext = e.id, r.next
	r.count++
	return r
}

// aim draws the target when there is none. waits: it is a candidate at an operation of interest.
func (s *knotSURW) aim() (gp *g, waits bool) {
	for {
		if s.target == 0 {
			if s.left.total() == 0 {
				return nil, false
			}
			s.target = s.left.draw() + 1
		}
		i := s.target - 1
		gp = knot.byIdx[i].ptr()
		if s.turn(i).waits == uint32(knot.run) {
			return gp, true
		}
		if gp.knot.run == knot.run && uint32(gp.knot.idx) == i {
			return gp, false
		}
		s.left.set(i, 0) // it has ended and never did what was expected
		s.target = 0
	}
}

func knotSURWChoose(self *g) *g {
	s := &knot.surw
	if !s.on {
		return knotRandomChoose(self)
	}
	target, ready := s.aim()
	wants := self != nil && s.wants(self)
	n := s.plain
	if self != nil && !wants {
		n++
	}
	if target != nil && target == self {
		ready = wants
	}
	if ready {
		n++
	}
	if n == 0 {
		return s.instead(self)
	}
	i := knotRandn(n)
	if i < s.plain {
		return s.member(i).ptr()
	}
	if ready && i == n-1 {
		return target
	}
	return self
}

// giveUp sets aside what the target has left, until it is a candidate.
func (s *knotSURW) giveUp() {
	i := s.target - 1
	t := s.turn(i)
	t.run, t.left = uint32(knot.run), s.left.get(i)
	s.left.set(i, 0)
	s.target = 0
	s.aside++
}

// back gives it back.
func (s *knotSURW) back(i uint32) {
	if t := s.turn(i); t.run == uint32(knot.run) {
		t.run = 0
		s.left.set(i, s.left.get(i)+t.left)
		s.aside--
	}
}

// instead finds another target when all candidates are at operations of interest and the target is none of them.
func (s *knotSURW) instead(self *g) *g {
	for {
		gp, waits := s.aim()
		if gp == nil {
			break
		}
		if gp == self || waits {
			return gp
		}
		s.giveUp()
	}
	n := s.n
	if self != nil {
		n++
	}
	gp := self
	if i := knotRandn(n); i < s.n {
		gp = s.member(i).ptr()
	}
	s.target = uint32(gp.knot.idx) + 1
	return gp
}
