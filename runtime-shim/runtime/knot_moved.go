// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// How much a read or a write of a pipe or a connection moves is a matter of real time: of how far the peer has come, or
// the kernel between the two ends. It decides how many of them there are, and so it is part of the schedule: the entry
//
//	MOVED g n    g has read n bytes, 0 is the end; or written n, fewer than it had to
//
// comes before g's next step. Who follows a schedule moves no more than that, and waits until there is as much, or as
// much room.

// Real time that a read or a write is waited for, and as soon as that was in vain once.
const (
	knotMovedMaxNs   = 500 * 1000 * 1000
	knotMovedShortNs = 1000 * 1000
)

// knotMoveFollows prepares a read or a write of gp's when it follows a schedule, which it reports: where gp went out first,
// it waits.
func knotMoveFollows(gp *g) bool {
	if !knotMay(gp) || !knotFollowing() {
		return false
	}
	knotIOBar(gp)
	knot.movedSince = nanotime1()
	return true
}

// knotMovedThen is how much it moved in that schedule, if that tells.
func knotMovedThen(gp *g) (n int, found bool) {
	i, found := knotNextOf(gp, knotDecisionMoved, 0)
	if !found {
		return 0, false
	}
	return int(knotAhead(i+2)) | int(knotAhead(i+3))<<16, true
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

// knotReadMost is how much of n bytes the goroutine that runs may read of fd now. known: as much as the schedule says.
//
//go:linkname knotReadMost internal/poll.knotReadMost
func knotReadMost(fd, n int) (most int, known bool) {
	if !knot.on || !knotMoveFollows(getg()) {
		return n, false
	}
	then, found := knotMovedThen(getg())
	if !found || then > n || then > 0 && knotIsLonger(fd, then) {
		return n, false
	}
	return then, true
}

// knotMovedLonger is by how many bytes a message may be longer than it was without being taken for two.
const knotMovedLonger = 64

// knotIsLonger reports whether a little more than n bytes are there. That is a message with another number in it, a port or
// a time, and not the next one: a read that left the rest would be one that was not there before.
func knotIsLonger(fd, n int) bool {
	const (
		sysIoctl = 16
		fionread = 0x541b
	)
	var there [2]int32
	errno := knotSyscall6(sysIoctl, uintptr(fd), fionread, uintptr(unsafe.Pointer(&there)), 0, 0, 0)
	return errno == 0 && int(there[0]) > n && int(there[0]) <= n+knotMovedLonger
}

// knotWriteMost is how much of n bytes the goroutine that runs may write now. known: as much as the schedule says, all
// of it where it says nothing.
//
//go:linkname knotWriteMost internal/poll.knotWriteMost
func knotWriteMost(n int) (most int, known bool) {
	if !knot.on || !knotMoveFollows(getg()) {
		return n, false
	}
	gp := getg()
	if then, found := knotMovedThen(gp); found && 0 < then && then < n {
		return then, true
	}
	_, blocks := knotNextOf(gp, knotDecisionBlocked, 0)
	return n, !blocks && knot.hdr.cfgFlags&(knotCfgOldIo|knotCfgOldDescs) == 0
}

// knotMoveWait waits a moment, in which nothing of the program could run, and reports whether it is worth another try.
// It mostly is not where it was not before in the run.
//
//go:linkname knotMoveWait internal/poll.knotMoveWait
func knotMoveWait() bool {
	usleep(20)
	waited := nanotime1() - knot.movedSince
	if waited < knotMovedShortNs || waited < knotMovedMaxNs && knot.movedVain != knot.run {
		return true
	}
	knot.movedVain = knot.run
	return false
}
