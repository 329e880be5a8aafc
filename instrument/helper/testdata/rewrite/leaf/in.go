// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

type spin uint32

//go:noinline
func (s *spin) TryLock() bool { return atomic.CompareAndSwapUint32((*uint32)(s), 0, 1) }

// Unlock has a comment.
//
//go:noinline
func (s *spin) Unlock() {
	atomic.StoreUint32((*uint32)(s), 0)
}

// Of another function: there is an empty line behind it.

func (s *spin) locked() bool {
	return atomic.LoadUint32((*uint32)(s)) != 0
}
func (s *spin) noPlace() bool { return atomic.LoadUint32((*uint32)(s)) != 0 }

type counts struct {
	n    atomic.Int64
	bits [4]atomic.Uint32
	next atomic.Pointer[counts]
	any  atomic.Value
	raw  unsafe.Pointer
	last int64
	to   *counts
}

func (c *counts) add(n int64) (sum int64) {
	for i := int64(0); i < n; i++ {
		if sum = c.n.Add(1); sum > 100 {
			break
		}
	}
	c.last = sum
	return sum
}

/* Not at the start of a line. */
func (c *counts) following() *counts { return c.next.Load() }

//go:noinline
func (c *counts) last3() int64 { return c.n.Load() }

func show(n int64) { fmt.Println(n) }

// What follows calls something as it is.
func (c *counts) tell() { show(c.n.Load()) }

func (c *counts) link(d *counts) { c.next.Store(d) }

func (c *counts) keep(d *counts) { c.to = d; c.n.Add(1) }

func (c *counts) value() any { return c.any.Load() }

func (c *counts) bit(i int) uint32 { return c.bits[i].Load() }

func (c *counts) word() unsafe.Pointer { return atomic.LoadPointer(&c.raw) }

func (c *counts) name(s string) bool { return s == "x" && c.n.Load() > 0 }

func (c *counts) later() func() int64 {
	return func() int64 { return c.n.Load() }
}

func (c *counts) big() (r [40]int64) {
	r[0] = c.n.Load()
	return r
}

func (c *counts) five() int64 {
	return c.n.Load() + c.n.Load() + c.n.Load() + c.n.Load() + c.n.Load()
}

func generic[T ~*atomic.Int64](p T) int64 { return (*atomic.Int64)(p).Load() }

func main() {
	var s spin
	fmt.Println(s.TryLock(), s.locked(), s.noPlace())
	s.Unlock()
	c, d := new(counts), new(counts)
	c.link(d)
	c.keep(d)
	c.any.Store(1)
	fmt.Println(c.add(3), c.following() == d, c.last3(), c.value(), c.bit(2), c.word(), c.name("x"), c.later()(), c.big()[0], c.five(), generic(&c.n))
	c.tell()
}
