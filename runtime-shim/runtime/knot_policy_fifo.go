// SPDX-License-Identifier: BSD-2-Clause

package runtime

// fifo: run until block, then the goroutine that has been runnable longest. It is what a stock scheduler
// with one P does apart from preemption, and what a replay falls back on behind the last decision.
//
// Invariant: the goroutine at a scheduling point has the greatest seq (it has just joined the set), so it
// is told apart from the ones that wait by knotSelf.
func knotFifoChoose(cands []guintptr) int {
	best := 0
	for i, c := range cands {
		gp := c.ptr()
		if c == knotSelf {
			return i
		}
		if gp.knot.seq < cands[best].ptr().knot.seq {
			best = i
		}
	}
	return best
}
