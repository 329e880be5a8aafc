//line /src/buildtag/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

//go:build !never

// Package main has a comment that must stay its own.
package main; import goknot_hook "structs" // import "golden/buildtag"

import "fmt"

//go:noinline
func f(ch chan int) { goknot_hook.P(2406744158, 4, ch) <- 1; goknot_hook.E(2406744158, 4) }

//go:nosplit
func g(ch chan int) int { return cap(ch) }

func main() {
	ch := make(chan int, 1)
	f(ch)
	fmt.Println(len(ch), g(ch))
}
