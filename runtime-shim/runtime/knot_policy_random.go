// SPDX-License-Identifier: BSD-2-Clause

package runtime

// random: every candidate with the same probability at every step (a random walk over schedules).
// It is fair with probability one, so it is also the fair tail of every other policy.
func knotRandomChoose(cands []guintptr) int {
	return int(knotRandn(uint32(len(cands))))
}
