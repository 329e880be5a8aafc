// SPDX-License-Identifier: BSD-2-Clause

package poll

import (
	"syscall"
	_ "unsafe" // what is declared without a body is in package runtime
)

// How much a read or a write of a pipe or a connection moves is a matter of real time: see package runtime.

func knotReadMost(fd, n int) (most int, known bool)
func knotWriteMost(n int) (most int, known bool)
func knotMoveWait() bool
func knotMoved(n int)

// knotRead stands where the original tries a read. One that found less than the schedule says goes on reading: more may
// come only when there is room for it.
func (fd *FD) knotRead(try func(fd int, p []byte) (int, error), sysfd int, p []byte) (int, error) {
	if !fd.pd.pollable() {
		return ignoringEINTRIO(try, sysfd, p)
	}
	most, known := knotReadMost(sysfd, len(p))
	n, err := ignoringEINTRIO(try, sysfd, p[:max(most, 1)])
	for known && (err == nil && 0 < n && n < most || err == syscall.EAGAIN) && knotMoveWait() {
		m, again := ignoringEINTRIO(try, sysfd, p[max(n, 0):max(most, 1)])
		n, err = max(n, 0)+max(m, 0), again
		if m == 0 {
			break
		}
	}
	if n > 0 {
		err = nil
	}
	if err == nil {
		knotMoved(n)
	}
	return n, err
}

// knotWrite stands where the original tries a write.
func (fd *FD) knotWrite(try func(fd int, p []byte) (int, error), sysfd int, p []byte) (int, error) {
	if !fd.pd.pollable() {
		return ignoringEINTRIO(try, sysfd, p)
	}
	most, known := knotWriteMost(len(p))
	n, err := ignoringEINTRIO(try, sysfd, p[:most])
	for known && (err == nil && n < most || err == syscall.EAGAIN) && knotMoveWait() {
		m, again := ignoringEINTRIO(try, sysfd, p[max(n, 0):most])
		n, err = max(n, 0)+max(m, 0), again
	}
	if n > 0 {
		err = nil
		if n < len(p) {
			knotMoved(n)
		}
	}
	return n, err
}
