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

// knotMove reads into or writes from all of p. When that is known to be possible, a try that falls short is followed by
// others: more may come, or be taken, only when there is room for it.
func knotMove(try func(fd int, p []byte) (int, error), sysfd int, p []byte, known bool) (int, error) {
	n, err := ignoringEINTRIO(try, sysfd, p)
	for known && (err == nil && 0 < n && n < len(p) || err == syscall.EAGAIN) && knotMoveWait() {
		m, again := ignoringEINTRIO(try, sysfd, p[max(n, 0):])
		n, err = max(n, 0)+max(m, 0), again
		if m == 0 {
			break
		}
	}
	if n > 0 {
		err = nil
	}
	return n, err
}

// knotRead stands where the original tries a read.
func (fd *FD) knotRead(try func(fd int, p []byte) (int, error), sysfd int, p []byte) (int, error) {
	if !fd.pd.pollable() {
		return ignoringEINTRIO(try, sysfd, p)
	}
	most, known := knotReadMost(sysfd, len(p))
	n, err := knotMove(try, sysfd, p[:max(most, 1)], known) // the end is to be read, too
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
	n, err := knotMove(try, sysfd, p[:most], known)
	if 0 < n && n < len(p) {
		knotMoved(n)
	}
	return n, err
}
