// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// Memory of the policies, mapped by us: the collector sees no pointer in it and needs no write barrier.

// knotArray is an array that grows to the greatest index asked for.
type knotArray struct {
	base  uintptr
	slots uint32
	size  uintptr // of an element
}

const knotArrayMin = 1 << 8

// at is valid until the next call with a greater index. What is new is zero.
func (a *knotArray) at(i uint32) unsafe.Pointer {
	if i >= a.slots {
		a.grow(i)
	}
	return unsafe.Pointer(a.base + uintptr(i)*a.size)
}

func (a *knotArray) grow(i uint32) {
	old := *a
	a.slots = max(a.slots, knotArrayMin)
	for i >= a.slots {
		a.slots *= 2
	}
	a.base = uintptr(knotMmap(uintptr(a.slots) * a.size))
	if old.base != 0 {
		memmove(unsafe.Pointer(a.base), unsafe.Pointer(old.base), uintptr(old.slots)*a.size)
		munmap(unsafe.Pointer(old.base), uintptr(old.slots)*a.size)
	}
}

// knotBlocks hands out arrays of 2^(class+knotBlockMin) words, of a region that is used anew in every run.
type knotBlocks struct {
	base, next, end uintptr
	free            [knotBlockClasses]uintptr // lists through their first words
}

const (
	knotBlockMin     = 3
	knotBlockClasses = 15
	knotBlockBytes   = 16 << 20
)

func (b *knotBlocks) init() {
	b.base = uintptr(knotMmap(knotBlockBytes))
	b.end = b.base + knotBlockBytes
}

func (b *knotBlocks) reset() {
	b.next = b.base
	b.free = [knotBlockClasses]uintptr{}
}

func (b *knotBlocks) get(class uint8) uintptr {
	if class >= knotBlockClasses {
		return 0
	}
	if p := b.free[class]; p != 0 {
		b.free[class] = *(*uintptr)(unsafe.Pointer(p))
		return p
	}
	size := uintptr(8) << (class + knotBlockMin)
	if b.end-b.next < size {
		return 0
	}
	p := b.next
	b.next += size
	return p
}

func (b *knotBlocks) put(p uintptr, class uint8) {
	*(*uintptr)(unsafe.Pointer(p)) = b.free[class]
	b.free[class] = p
}

// knotSums holds a number for each index and draws an index with a probability in proportion to it: a binary
// tree whose node i is the sum of nodes 2i and 2i+1, with the numbers themselves from leaves on.
type knotSums struct {
	nodes  knotArray // of uint32
	leaves uint32
}

const knotSumsMin = 16

func (t *knotSums) node(i uint32) *uint32 { return (*uint32)(t.nodes.at(i)) }

// reset makes all numbers 0.
func (t *knotSums) reset() {
	t.nodes.size = 4
	t.leaves = knotSumsMin
	for i := uint32(0); i < 2*t.leaves; i++ {
		*t.node(i) = 0
	}
}

func (t *knotSums) total() uint32 { return *t.node(1) }

func (t *knotSums) get(i uint32) uint32 {
	if i >= t.leaves {
		return 0
	}
	return *t.node(t.leaves + i)
}

func (t *knotSums) set(i, v uint32) {
	for i >= t.leaves {
		t.double()
	}
	n := t.leaves + i
	d := v - *t.node(n)
	for ; n > 0; n /= 2 {
		*t.node(n) += d
	}
}

func (t *knotSums) double() {
	n := t.leaves
	t.leaves = 2 * n
	for i := uint32(0); i < n; i++ {
		*t.node(3*n + i) = 0
		*t.node(2*n + i) = *t.node(n + i)
	}
	for i := 2*n - 1; i > 0; i-- {
		*t.node(i) = *t.node(2 * i) + *t.node(2*i + 1)
	}
}

// draw needs a total that is not 0.
func (t *knotSums) draw() uint32 {
	x := knotRandn(t.total())
	n := uint32(1)
	for n < t.leaves {
		n *= 2
		if left := *t.node(n); x >= left {
			x -= left
			n++
		}
	}
	return n - t.leaves
}
