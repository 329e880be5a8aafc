// SPDX-License-Identifier: BSD-2-Clause

//go:build go1.26

package runtime

// knotInSyscall reports whether the thread of pp is in a system call, and which.
func knotInSyscall(pp *p) (uint32, bool) {
	mp := pp.m.ptr()
	if mp == nil {
		return 0, false
	}
	gp := mp.curg
	return pp.syscalltick, gp != nil && readgstatus(gp)&^_Gscan == _Gsyscall
}

func knotSudogChan(sg *sudog) *hchan { return sg.c.get() }
