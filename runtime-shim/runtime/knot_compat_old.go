// SPDX-License-Identifier: BSD-2-Clause

//go:build !go1.26

package runtime

// knotInSyscall reports whether the thread of pp is in a system call, and which.
func knotInSyscall(pp *p) (uint32, bool) {
	return pp.syscalltick, pp.status == _Psyscall
}

func knotSudogChan(sg *sudog) *hchan { return sg.c }
