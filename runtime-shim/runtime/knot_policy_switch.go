// SPDX-License-Identifier: BSD-2-Clause

package runtime

// switch: a schedule said by what sets it apart from run-until-block. Whoever runs goes on until he blocks, ends or
// gives way (runtime.Gosched; or nobody has done anything but look for a while), then comes the candidate that has
// waited longest. The request lists where that is not so: behind so many operations of this goroutine, that one goes on,
// or the next timer fires. A run of that kind still means something when entries are taken away, which a list of all
// decisions does not: it is what a minimiser takes away from, and no policy of a campaign.
//
// An entry has knotSwitchSlots slots: the path of the goroutine that ran last (4), how many operations it has executed (2),
// whether it is at its next one or blocked in, or at its end behind, the last (1), the how manyth time it blocks since that
// one (1; 0 = any: one that is woken, finds its lock taken and blocks again has executed nothing), and the path of who goes
// on (4; 0 = the next timer fires). Entries about one place lie side by side. When none of their goroutines is a
// candidate, one that would stop another goroutine stops it all the same, for the candidate that has waited longest.
//
// Where the run goes another way than run-until-block, be it by an entry or by a schedule that is followed, it makes a
// KNOT_EV_SWITCH: together they are the list for that run.
type knotSwitch struct {
	places knotTab // id: the next entry of a place, from 1; lastKey: its last one
	len    uint32

	// The goroutine that ran last, when it has ended; path 0 when none has run yet.
	endedPath  uint64
	endedOps   uint32
	ended      uint16
	endedVisit uint16
}

// knotSwitchRequest takes the entries out of a new request: what lies where a prefix would is none.
func knotSwitchRequest() {
	r, s := &knot.req, &knot.sw
	s.len = 0
	if r.flags&knotReqSwitches != 0 {
		s.len = r.prefixLen / knotSwitchSlots
		r.prefixLen = 0
	}
}

func knotSwitchSlot64(at uint32) uint64 {
	x := uint64(0)
	for i := uint32(0); i < 4; i++ {
		x |= uint64(knot.decIn[(at+i)%knotDecisionInSlots]) << (16 * i)
	}
	return x
}

func knotSwitchPlace(path uint64, ops uint32, at bool, visit uint16) uint64 {
	x := uint64(ops)<<1 | uint64(visit)<<48
	if at {
		x |= 1
	}
	return knotMix(path + x*0x9e3779b97f4a7c15)
}

func knotSwitchBegin() {
	s := &knot.sw
	knotFifoBegin()
	s.ended, s.endedPath, s.endedOps, s.endedVisit = knotGNone, 0, 0, 1
	if s.places.base == 0 {
		s.places.init()
	}
	s.places.reset()
	for i := uint32(0); i < s.len; i++ {
		from := knot.req.prefixOff + i*knotSwitchSlots
		path, where := knotSwitchSlot64(from), knotSwitchSlot64(from+4)
		if e := s.places.get(knotSwitchPlace(path, uint32(where), where>>32&1 != 0, uint16(where>>48))); e != nil {
			if e.lastKey == 0 {
				e.id = i + 1
			}
			e.lastKey = uint64(i) + 1
		}
	}
}

// knotSwitchExit keeps what is to be known of the goroutine that ran last, which is about to end.
func knotSwitchExit(k *knotG) {
	s := &knot.sw
	s.ended, s.endedPath, s.endedOps, s.endedVisit = k.idx, k.path, k.ops, k.visit()
}

// knotSwitchLast is who ran last: nil when it has ended. at: it could go on with its next operation.
func knotSwitchLast(self *g) (gp *g, at bool) {
	if self != nil {
		return self, true
	}
	gp = knotNamed(knot.last)
	return gp, gp != nil && gp.knot.atPoint && uint32(gp.knot.readyIdx) < uint32(knot.nfree)
}

// knotSwitchDefault is who goes on by run-until-block; there is a candidate.
func knotSwitchDefault(self, last *g, at bool) *g {
	if at && last.knot.pendOp != knotOpYield && (knot.spins == 0 || knot.spins%knotSwitchSpins != 0) {
		return last
	}
	if self != nil {
		self.knot.queued = true
		knot.fifo.push(self, self)
	}
	return knot.fifo.first(self)
}

// knotSwitchNext is the place in the table that the run is at, nil when no entry is left for it.
func knotSwitchNext(last *g, at bool) *knotTabEntry {
	s := &knot.sw
	if s.len == 0 {
		return nil
	}
	switch {
	case last != nil && at:
		return s.left(last.knot.path, last.knot.ops, true, 0)
	case last != nil:
		return s.blocked(last.knot.path, last.knot.ops, last.knot.visit())
	case s.ended == knot.last:
		return s.blocked(s.endedPath, s.endedOps, s.endedVisit)
	}
	return nil
}

func (s *knotSwitch) blocked(path uint64, ops uint32, visit uint16) *knotTabEntry {
	if e := s.left(path, ops, false, visit); e != nil {
		return e
	}
	return s.left(path, ops, false, 0)
}

func (s *knotSwitch) left(path uint64, ops uint32, at bool, visit uint16) *knotTabEntry {
	e := s.places.find(knotSwitchPlace(path, ops, at, visit))
	if e.gen != s.places.gen || uint64(e.id) > e.lastKey {
		return nil
	}
	return e
}

// visit is the how manyth time a goroutine that is blocked, or has ended, is so since its last operation.
func (k *knotG) visit() uint16 { return k.resumed + 1 }

func knotSwitchTo(entry uint32) uint64 {
	return knotSwitchSlot64(knot.req.prefixOff + (entry-1)*knotSwitchSlots + 8)
}

// knotSwitchFires reports whether the next timer is to fire, now that somebody could run.
func knotSwitchFires(self *g) bool {
	last, at := knotSwitchLast(self)
	if knot.req.flags&knotReqCandidates != 0 && knotNextTimer() != 0 {
		knotSwitchEvent(knotEvCandidate, last, at, knotGNone)
	}
	e := knotSwitchNext(last, at)
	if e == nil || knotSwitchTo(e.id) != 0 || knotNextTimer() == 0 {
		return false
	}
	e.id++
	knotSwitchNote(last, at, knotGNone)
	return true
}

func knotSwitchChoose(self *g) *g {
	last, at := knotSwitchLast(self)
	gp := knotSwitchDefault(self, last, at)
	if knot.req.flags&knotReqCandidates != 0 {
		knotSwitchCandidates(self, last, at, gp)
	}
	if e := knotSwitchNext(last, at); e != nil {
		if to := knotSwitchTake(self, last, at, e); to != nil && to != gp {
			knotSwitchNote(last, at, to.knot.idx)
			gp = to
		}
	}
	if gp == self {
		gp.knot.queued = false
	}
	return gp
}

// knotSwitchTake takes the next entry of a place that says who goes on; nil: it cannot be had.
func knotSwitchTake(self, last *g, at bool, e *knotTabEntry) *g {
	for i := e.id; uint64(i) <= e.lastKey; i++ {
		if gp := knotSwitchCandidate(self, knotSwitchTo(i)); gp != nil {
			e.id = i + 1
			return gp
		}
	}
	e.id++
	if !at {
		return nil
	}
	if gp := knot.fifo.first(nil); gp != last {
		return gp
	}
	return nil
}

func knotSwitchCandidate(self *g, path uint64) *g {
	if self != nil && self.knot.path == path {
		return self
	}
	for i := 0; i < knot.nfree; i++ {
		if gp := knot.ready[i].ptr(); gp.knot.path == path {
			return gp
		}
	}
	return nil
}

// knotSwitchFollows is told of the decision of a followed schedule that is about to be carried out.
func knotSwitchFollows(self *g, d uint16) {
	last, at := knotSwitchLast(self)
	if d == knotDecisionTimer {
		if (self != nil || knot.nready > 0) && knotNextTimer() != 0 {
			knotSwitchNote(last, at, knotGNone)
		}
		return
	}
	to := knotNamed(d)
	if to == nil || to != self && uint32(to.knot.readyIdx) >= uint32(knot.nfree) {
		return
	}
	if gp := knotSwitchDefault(self, last, at); gp != to {
		knotSwitchNote(last, at, d)
	}
	if to == self {
		self.knot.queued = false
	}
}

// knotSwitchCandidates writes down who could go on but for other, who does by default.
func knotSwitchCandidates(self, last *g, at bool, other *g) {
	if self != nil && self != other {
		knotSwitchEvent(knotEvCandidate, last, at, self.knot.idx)
	}
	for i := 0; i < knot.nfree; i++ {
		if gp := knot.ready[i].ptr(); gp != other {
			knotSwitchEvent(knotEvCandidate, last, at, gp.knot.idx)
		}
	}
}

func knotSwitchNote(last *g, at bool, to uint16) { knotSwitchEvent(knotEvSwitch, last, at, to) }

func knotSwitchEvent(kind uint8, last *g, at bool, to uint16) {
	op, site, ops, visit := uint8(knotOpNone), uint32(0), knot.sw.endedOps, knot.sw.endedVisit
	if last != nil {
		ops, visit = last.knot.ops, last.knot.visit()
	} else if knot.sw.ended != knot.last {
		return // nobody knows who ran last: there is no such place for an entry
	}
	if at {
		op, site = last.knot.pendOp, last.knot.pendSite
		if op == knotOpNone {
			op = knotOpResume
		}
		visit = 0
	}
	from := knot.last
	if last != nil {
		from = last.knot.idx
	}
	knotEvent(kind, op, from, site, 0, uint64(to)|uint64(ops)<<16|uint64(visit)<<48)
}
