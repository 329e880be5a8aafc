// SPDX-License-Identifier: BSD-2-Clause

//go:build !go1.24

package runtime

import "runtime/internal/sys"

// knotPrefetch has the cache line of addr fetched while something else is done.
func knotPrefetch(addr uintptr) { sys.Prefetch(addr) }

// knotLen32 is how many bits x needs.
func knotLen32(x uint32) int { return sys.Len64(uint64(x)) }
