// SPDX-License-Identifier: BSD-2-Clause

package runtime

// knotBroken is the goroutine whose step the debugger is to show.
var knotBroken uint64

// knotBreak stops a debugger where gp is about to make the step that was asked for, which has been written down. Where it
// goes on after having been blocked, and where it starts, nothing of it runs yet, and this is the scheduler's stack; so
// the debugger is told who it is.
func knotBreak(gp *g) {
	knotBroken = gp.goid
	knotBroke()
}

// knotBroke is where goknot replay -dlv has its breakpoint (fuzzer/engine/debugger.c).
//
//go:noinline
func knotBroke() {}
