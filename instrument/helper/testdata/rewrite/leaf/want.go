//line /src/leaf/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

import (
	"fmt"
	"sync/atomic"
	"unsafe"
)

type spin uint32
//go:nosplit
//go:noinline
func (s *spin) TryLock() bool { return atomic.CompareAndSwapUint32(goknot_hook.AP(857929570, 29, (*uint32)(s)), 0, 1) }
//go:nosplit
// Unlock has a comment.
//
//go:noinline
func (s *spin) Unlock() {
	atomic.StoreUint32(goknot_hook.AP(1687982364, 28, (*uint32)(s)), 0)
}

// Of another function: there is an empty line behind it.
//go:nosplit
func (s *spin) locked() bool {
	return atomic.LoadUint32(goknot_hook.AP(2955671615, 27, (*uint32)(s))) != 0
}
func (s *spin) noPlace() bool { return atomic.LoadUint32(goknot_hook.AP(1009743949, 27, (*uint32)(s))) != 0 }

type counts struct {
	n    atomic.Int64
	bits [4]atomic.Uint32
	next atomic.Pointer[counts]
	any  atomic.Value
	raw  unsafe.Pointer
	last int64
	to   *counts
}
//go:nosplit
func (c *counts) add(n int64) (sum int64) {
	for i := int64(0); i < n; i++ {
		if sum = goknot_hook.AP(2003555627, 29, &c.n).Add(1); sum > 100 {
			break
		}
	}
	c.last = sum
	return sum
}
//go:nosplit
/* Not at the start of a line. */
func (c *counts) following() *counts { return goknot_hook.AP(3324111125, 27, &c.next).Load() }
//go:nosplit
//go:noinline
func (c *counts) last3() int64 { return goknot_hook.AP(2414494044, 27, &c.n).Load() }

func show(n int64) { fmt.Println(n) }

// What follows calls something as it is.
func (c *counts) tell() { show(goknot_hook.AP(1386283885, 27, &c.n).Load()) }

func (c *counts) link(d *counts) { goknot_hook.AP(1602352306, 28, &c.next).Store(d) }

func (c *counts) keep(d *counts) { c.to = d; goknot_hook.AP(3566999896, 29, &c.n).Add(1) }

func (c *counts) value() any { return goknot_hook.AP(942226464, 27, &c.any).Load() }
//go:nosplit
func (c *counts) bit(i int) uint32 { return goknot_hook.AP(2915081318, 27, &c.bits[i]).Load() }
//go:nosplit
func (c *counts) word() unsafe.Pointer { return atomic.LoadPointer(goknot_hook.AP(3230652548, 27, &c.raw)) }

func (c *counts) name(s string) bool { return s == "x" && goknot_hook.AP(2190848075, 27, &c.n).Load() > 0 }

func (c *counts) later() func() int64 {
	return func() int64 { return goknot_hook.AP(574671354, 27, &c.n).Load() }
}

func (c *counts) big() (r [40]int64) {
	r[0] = goknot_hook.AP(3774844294, 27, &c.n).Load()
	return r
}

func (c *counts) five() int64 {
	return goknot_hook.AP(3885208956, 27, &c.n).Load() + goknot_hook.AP(3901986575, 27, &c.n).Load() + goknot_hook.AP(3918764194, 27, &c.n).Load() + goknot_hook.AP(3935541813, 27, &c.n).Load() + goknot_hook.AP(3818098480, 27, &c.n).Load()
}

func generic[T ~*atomic.Int64](p T) int64 { return goknot_hook.AP(339018165, 27, (*atomic.Int64)(p)).Load() }

func main() {
	var s spin
	fmt.Println(s.TryLock(), s.locked(), s.noPlace())
	s.Unlock()
	c, d := new(counts), new(counts)
	c.link(d)
	c.keep(d)
	goknot_hook.AP(2107159020, 28, &c.any).Store(1)
	fmt.Println(c.add(3), c.following() == d, c.last3(), c.value(), c.bit(2), c.word(), c.name("x"), c.later()(), c.big()[0], c.five(), generic(&c.n))
	c.tell()
}
