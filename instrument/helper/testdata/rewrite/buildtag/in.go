// SPDX-License-Identifier: BSD-2-Clause

//go:build !never

// Package main has a comment that must stay its own.
package main // import "golden/buildtag"

import "fmt"

//go:noinline
func f(ch chan int) { ch <- 1 }

//go:nosplit
func g(ch chan int) int { return cap(ch) }

func main() {
	ch := make(chan int, 1)
	f(ch)
	fmt.Println(len(ch), g(ch))
}
