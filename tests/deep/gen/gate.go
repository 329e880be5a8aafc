// SPDX-License-Identifier: BSD-2-Clause

package main

import "fmt"

// gateText is the file that a witness has besides: it lets through the operations of the constraints in the
// order of their numbers, and tells whether goroutines are left behind, which go test does not.
func gateText(pkg string, turns int) string {
	return fmt.Sprintf(`// SPDX-License-Identifier: BSD-2-Clause

package %s

import (
	"runtime"
	"time"
)

type gate []chan struct{}

func newGate() gate {
	g := make(gate, %d)
	for i := range g {
		g[i] = make(chan struct{})
	}
	close(g[0])
	return g
}

func (g gate) enter(turn int) { <-g[turn] }

func (g gate) leave(turn int) { close(g[turn+1]) }

func numGoroutine() int { return runtime.NumGoroutine() }

// leftBehind gives goroutines that are about to end a second.
func leftBehind(before int) bool {
	for range 200 {
		if runtime.NumGoroutine() <= before {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
	return true
}
`, pkg, turns+1)
}
