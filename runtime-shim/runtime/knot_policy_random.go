// SPDX-License-Identifier: BSD-2-Clause

package runtime

// random: every candidate with the same probability at every step (a random walk over schedules).
// It is fair with probability one, so it is also the fair tail of every other policy.
//
// It has no state of its own: the set of candidates is all it looks at.
func knotRandomChoose(self *g) *g {
	n := uint32(knot.nfree)
	if self == nil {
		if n == 1 {
			return knot.ready[0].ptr()
		}
		return knot.ready[knotRandn(n)].ptr()
	}
	if n == 0 {
		return self
	}
	if i := knotRandn(n + 1); i < n {
		return knot.ready[i].ptr()
	}
	return self
}
