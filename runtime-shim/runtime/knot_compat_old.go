// SPDX-License-Identifier: BSD-2-Clause

//go:build !go1.26

package runtime

import "internal/runtime/syscall"

// knotInSyscall reports whether the thread of pp is in a system call, and which.
func knotInSyscall(pp *p) (uint32, bool) {
	return pp.syscalltick, pp.status == _Psyscall
}

// knotCollectLeaks: the collector of this release cannot tell.
func knotCollectLeaks() bool { return false }

// knotIsNobody: the status of a goroutine that is over or not yet there.
func knotIsNobody(status uint32) bool { return status == _Gdead || status == _Gidle }

func knotIsLeaked(gp *g) bool { return false }

func knotSudogChan(sg *sudog) *hchan { return sg.c }

func knotSudogElem(sg *sudog) uintptr { return uintptr(sg.elem) }

func knotSyscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (errno uintptr) {
	_, _, errno = syscall.Syscall6(num, a1, a2, a3, a4, a5, a6)
	return errno
}
