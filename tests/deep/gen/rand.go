// SPDX-License-Identifier: BSD-2-Clause

package main

// draws is splitmix64 (Steele et al., OOPSLA 2014): unlike those of math/rand, its numbers are the same
// with every Go release, and so are the programs.
type draws uint64

func (d *draws) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below draws from 0 to n-1. n is small, so the remainder's bias does not matter.
func (d *draws) below(n int) int { return int(d.next() % uint64(n)) }

func (d *draws) between(lo, hi int) int { return lo + d.below(hi-lo+1) }

func (d *draws) chance(percent int) bool { return d.below(100) < percent }

// pick takes n different elements, in random order.
func pick[T any](d *draws, from []T, n int) []T {
	all := append([]T(nil), from...)
	for i := 0; i < n; i++ {
		j := d.between(i, len(all)-1)
		all[i], all[j] = all[j], all[i]
	}
	return all[:n]
}

func one[T any](d *draws, from []T) T { return from[d.below(len(from))] }
