// SPDX-License-Identifier: BSD-2-Clause

// Package atomicflag sells tickets with atomics only. Buy looks whether any is left and takes one
// in two separate operations, so the last ticket can be sold twice. Every access is atomic: there
// is no data race.
//
// Between the two operations there is no channel, lock or any call into the runtime. Atomics are
// compiler intrinsics: unless a hook before them makes them scheduling points, a scheduler that
// runs one goroutine at a time never switches there, and the bug does not exist for it.
package atomicflag

import "sync/atomic"

// Counter sells tickets.
type Counter struct {
	left atomic.Int64
	sold atomic.Int64
}

// New returns a counter with n tickets.
func New(n int64) *Counter {
	c := new(Counter)
	c.left.Store(n)
	return c
}

// Buy tells whether a ticket was sold.
func (c *Counter) Buy() bool {
	if c.left.Load() <= 0 {
		return false
	}
	c.left.Add(-1)
	c.sold.Add(1)
	return true
}

// Sold returns how many tickets were sold.
func (c *Counter) Sold() int64 {
	return c.sold.Load()
}
