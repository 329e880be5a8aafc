// SPDX-License-Identifier: BSD-2-Clause

// Package atomicflag is the repaired twin: a ticket is taken by compare-and-swap.
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
	for {
		left := c.left.Load()
		if left <= 0 {
			return false
		}
		if c.left.CompareAndSwap(left, left-1) {
			c.sold.Add(1)
			return true
		}
	}
}

// Sold returns how many tickets were sold.
func (c *Counter) Sold() int64 {
	return c.sold.Load()
}
