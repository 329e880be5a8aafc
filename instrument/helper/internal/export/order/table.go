// SPDX-License-Identifier: BSD-2-Clause

package goknotorder

// An export has its own table in the place of this one.
var (
	turns      []turn
	goroutines []goroutine
	leaks      []int    // goroutines that are left at the end
	sites      []string // where the calls of At stand
)
