// SPDX-License-Identifier: BSD-2-Clause

//go:build go1.26

package runtime

import "internal/runtime/syscall/linux"

// knotInSyscall reports whether the thread of pp is in a system call, and which.
func knotInSyscall(pp *p) (uint32, bool) {
	mp := pp.m.ptr()
	if mp == nil {
		return 0, false
	}
	gp := mp.curg
	if gp == nil {
		return pp.syscalltick, false
	}
	s := readgstatus(gp) &^ _Gscan
	return pp.syscalltick, s == _Gsyscall || s == _Gdeadextra // a thread of C's that has called, and ended with the P
}

// knotCollectLeaks has the collector look for goroutines that nothing live can wake.
func knotCollectLeaks() bool {
	knotProving = true
	goroutineLeakGC()
	knotProving = false
	return true
}

// knotIsNobody: the status of a goroutine that is over, not yet there, or kept for a thread of C's that may come.
func knotIsNobody(status uint32) bool {
	return status == _Gdead || status == _Gdeadextra || status == _Gidle
}

func knotIsLeaked(gp *g) bool { return readgstatus(gp)&^_Gscan == _Gleaked }

func knotSudogChan(sg *sudog) *hchan { return sg.c.get() }

func knotSudogElem(sg *sudog) uintptr { return sg.elem.uintptr() }

func knotSyscall6(num, a1, a2, a3, a4, a5, a6 uintptr) (errno uintptr) {
	_, _, errno = linux.Syscall6(num, a1, a2, a3, a4, a5, a6)
	return errno
}
