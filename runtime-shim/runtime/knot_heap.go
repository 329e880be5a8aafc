// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// knotHeap orders the candidates of a policy by a key, least first: a heap of four children a node, which
// is half as deep as one of two and looks at neighbours in one cache line.
//
// Entries are not taken out where they lie: one whose goroutine has left the candidates, or joined them
// again since, is recognised by its stamp when it comes to the top. When most are such, the heap is made anew.
//
// Invariant: each candidate that was pushed since it last joined has one entry with its stamp.
type knotHeap struct {
	base  uintptr // of the entries: mapped by us, so no pointer that the collector must see
	len   int
	slots int
}

type knotHeapEntry struct {
	key   uint64
	stamp uint64
	gp    guintptr
}

const knotHeapMin = 1 << 9

func (h *knotHeap) at(i int) *knotHeapEntry {
	return (*knotHeapEntry)(unsafe.Pointer(h.base + uintptr(i)*unsafe.Sizeof(knotHeapEntry{})))
}

func (h *knotHeap) current(e *knotHeapEntry) bool {
	k := &e.gp.ptr().knot
	return k.stamp == e.stamp && uint32(k.readyIdx) < uint32(knot.nfree)
}

// push enters gp, a candidate, and makes entries it may have from before void.
func (h *knotHeap) push(key uint64, gp *g) {
	if h.len == h.slots {
		h.room()
	}
	knot.stamp++
	gp.knot.stamp = knot.stamp
	h.len++
	h.up(h.len-1, knotHeapEntry{key: key, stamp: knot.stamp, gp: guintptr(unsafe.Pointer(gp))})
}

func (h *knotHeap) up(i int, e knotHeapEntry) {
	for i > 0 {
		parent := (i - 1) / 4
		p := h.at(parent)
		if p.key <= e.key {
			break
		}
		*h.at(i) = *p
		i = parent
	}
	*h.at(i) = e
}

func (h *knotHeap) down(i int, e knotHeapEntry) {
	for {
		first := 4*i + 1
		if first >= h.len {
			break
		}
		least, key := first, h.at(first).key
		for c := first + 1; c < min(first+4, h.len); c++ {
			if k := h.at(c).key; k < key {
				least, key = c, k
			}
		}
		if key >= e.key {
			break
		}
		*h.at(i) = *h.at(least)
		i = least
	}
	*h.at(i) = e
}

// top returns the least entry of a candidate, nil when there is none. It is valid until the next call.
func (h *knotHeap) top() *knotHeapEntry {
	for h.len > 0 {
		if e := h.at(0); h.current(e) {
			return e
		}
		h.pop()
	}
	return nil
}

func (h *knotHeap) pop() {
	h.len--
	if h.len > 0 {
		h.down(0, *h.at(h.len))
	}
}

// removed is called when gp has left the candidates. It is mostly the one that was chosen.
func (h *knotHeap) removed(gp *g) {
	if h.len > 0 {
		if e := h.at(0); e.gp.ptr() == gp && e.stamp == gp.knot.stamp {
			h.pop()
			knotSoon(h.at(0).gp) // its entry, or a void one, is still there when the heap is empty
		}
	}
}

// room throws out what is void and doubles the heap when that is not half of it.
func (h *knotHeap) room() {
	n := 0
	for i := 0; i < h.len; i++ {
		if e := h.at(i); h.current(e) {
			*h.at(n) = *e
			n++
		}
	}
	h.len = n
	for i := (n - 2) / 4; i >= 0 && n > 1; i-- {
		h.down(i, *h.at(i))
	}
	if 2*n < h.slots {
		return
	}
	old := h.base
	size := uintptr(h.slots) * unsafe.Sizeof(knotHeapEntry{})
	h.slots = max(2*h.slots, knotHeapMin)
	h.base = uintptr(knotMmap(uintptr(h.slots) * unsafe.Sizeof(knotHeapEntry{})))
	if size > 0 {
		memmove(unsafe.Pointer(h.base), unsafe.Pointer(old), size)
		munmap(unsafe.Pointer(old), size)
	}
}
