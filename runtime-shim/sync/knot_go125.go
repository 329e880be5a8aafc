// SPDX-License-Identifier: BSD-2-Clause

//go:build go1.25

package sync

import "unsafe"

const knotWgGo = 21

// Go calls f in a new goroutine of the group. See the original.
//
//go:noinline
func (wg *WaitGroup) Go(f func()) {
	if knotHooksOn {
		knotOpEntry(knotWgGo, uintptr(unsafe.Pointer(wg)))
	}
	wg.knotOrigGo(f)
}

func (o *Once) knotIsDone() bool { return o.done.Load() }
