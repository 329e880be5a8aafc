// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// A process that goknot has not started must cost no more than it would without any hook.

// knotAlone: this is one. Before the environment has been read it is not known, and false.
var knotAlone bool

// knotNewG makes a goroutine for malg. Where nobody is ever going to look at g.knot it is without: the type is as large
// as it was, and many goroutines, living or kept for later, cost the caches and the collector no more. (It has a faster
// way for objects of up to 512 bytes.)
func knotNewG() *g {
	if knotAlone {
		return (*g)(unsafe.Pointer(new(knotPlainG)))
	}
	return new(g)
}
