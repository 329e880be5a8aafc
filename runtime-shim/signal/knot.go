// SPDX-License-Identifier: BSD-2-Clause

package signal

import "unsafe"

// In package runtime: forgets all channels when c is nil, else adds c.
func knotHears(c unsafe.Pointer)

// knotTell tells the runtime which channels signals come to: who waits for one of them waits for the outside.
// The caller holds the lock of handlers.
func knotTell() {
	knotHears(nil)
	for c, h := range handlers.m {
		if h.mask != (handler{}).mask {
			knotHears(*(*unsafe.Pointer)(unsafe.Pointer(&c)))
		}
	}
}
