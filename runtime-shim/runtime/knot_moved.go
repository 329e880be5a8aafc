// SPDX-License-Identifier: BSD-2-Clause

package runtime

import _ "unsafe" // for linkname

// How much a read or a write of a pipe or a connection moves is a matter of real time: of how far the peer has come, or
// the kernel between the two ends. It decides how many of them there are, and so it is part of the schedule: the entry
//
//	MOVED g n    g has read or written n bytes; 0 is the end of what there is to read
//
// comes before g's next step. Who follows a schedule moves no more than that, and waits until there is as much, or as
// much room.

// knotMovedThen looks for the entry of gp's ahead of gp's next step, if a schedule is followed. Where it says that gp went
// out first, gp waits.
func knotMovedThen(gp *g) (n int, found bool) {
	if !knotMay(gp) || !knotFollowing() {
		return 0, false
	}
	knotIOBar(gp)
	end := min(knot.req.prefixLen-knot.prefixPos, knotOutAhead)
	for i := uint32(0); i < end; i += knotEntrySlots(knotAhead(i)) {
		switch d := knotAhead(i); {
		case d == gp.knot.idx:
			return 0, false
		case d == knotDecisionMoved && knotAhead(i+1) == gp.knot.idx:
			knot.movedSince = nanotime1()
			return int(knotAhead(i+2)) | int(knotAhead(i+3))<<16, true
		}
	}
	return 0, false
}

// knotMoved is called when the goroutine that runs has read or written n bytes.
//
//go:linkname knotMoved internal/poll.knotMoved
func knotMoved(n int) {
	if !knot.on {
		return
	}
	gp := getg()
	if !knotMay(gp) || knotOldIO() {
		return
	}
	if knotFollowing() && knotAhead(0) == knotDecisionMoved && knotAhead(1) == gp.knot.idx {
		knot.prefixPos += knotDecisionMovedSlots
	}
	knotRecordMark(knotDecisionMoved, gp.knot.idx)
	knotRecordSlot(uint16(n))
	knotRecordSlot(uint16(n >> 16))
}

// knotMoveMost is how much of n bytes the goroutine that runs may read or write now. known: as much as the schedule says.
//
//go:linkname knotMoveMost internal/poll.knotMoveMost
func knotMoveMost(n int) (most int, known bool) {
	if !knot.on {
		return n, false
	}
	then, found := knotMovedThen(getg())
	if !found || then > n {
		return n, false
	}
	return then, true
}

// knotMoveWait waits a moment, in which nothing of the program could run, and reports whether it is worth another try.
//
//go:linkname knotMoveWait internal/poll.knotMoveWait
func knotMoveWait() bool {
	limit := int64(knotAwaitChainNs)
	if knot.req.flags&knotReqReplay != 0 {
		limit = knotAwaitMaxNs
	}
	usleep(20)
	return nanotime1()-knot.movedSince < limit
}
