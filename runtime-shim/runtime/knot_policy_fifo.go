// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// fifo: run until block, then the goroutine that has been a candidate longest. It is what a stock scheduler
// with one P does apart from preemption, and what a replay falls back on behind the last decision.
//
// The queue holds goroutines in the order of becoming candidates. An entry is void when its goroutine has
// been run or held back since (it is no candidate, or its stamp differs) and skipped, so choosing takes constant
// time over all.
//
// Invariant: every candidate has its current entry between head and tail.
type knotFifoQueue struct {
	base       uintptr // of the entries: mapped by us
	slots      uint64  // a power of two
	head, tail uint64
}

type knotFifoEntry struct {
	gp    guintptr
	stamp uint64
}

const knotFifoMin = 1 << 9

func (q *knotFifoQueue) at(i uint64) *knotFifoEntry {
	return (*knotFifoEntry)(unsafe.Pointer(q.base + uintptr(i&(q.slots-1))*unsafe.Sizeof(knotFifoEntry{})))
}

func (q *knotFifoQueue) current(e *knotFifoEntry, self *g) bool {
	gp := e.gp.ptr()
	return gp.knot.stamp == e.stamp && (gp == self || uint32(gp.knot.readyIdx) < uint32(knot.nfree))
}

func (q *knotFifoQueue) push(gp *g, self *g) {
	if q.tail-q.head == q.slots {
		q.room(self)
	}
	knot.stamp++
	gp.knot.stamp = knot.stamp
	*q.at(q.tail) = knotFifoEntry{gp: guintptr(unsafe.Pointer(gp)), stamp: knot.stamp}
	q.tail++
}

// first is the candidate that has waited longest, nil when there is none.
func (q *knotFifoQueue) first(self *g) *g {
	for q.head != q.tail {
		if e := q.at(q.head); q.current(e, self) {
			knotSoon(q.at(q.head + 1).gp)
			return e.gp.ptr()
		}
		q.head++
	}
	return nil
}

// room throws out what is void and doubles the queue when that is not half of it.
func (q *knotFifoQueue) room(self *g) {
	n := q.head
	for i := q.head; i != q.tail; i++ {
		if e := q.at(i); q.current(e, self) {
			*q.at(n) = *e
			n++
		}
	}
	q.tail = n
	if 2*(q.tail-q.head) < q.slots {
		return
	}
	old := *q
	q.slots = max(2*q.slots, knotFifoMin)
	q.base = uintptr(knotMmap(uintptr(q.slots) * unsafe.Sizeof(knotFifoEntry{})))
	for i := q.head; i != q.tail; i++ {
		*q.at(i) = *old.at(i)
	}
	if old.base != 0 {
		munmap(unsafe.Pointer(old.base), uintptr(old.slots)*unsafe.Sizeof(knotFifoEntry{}))
	}
}

func knotFifoBegin() {
	knot.fifo.head, knot.fifo.tail = 0, 0
}

func knotFifoAdd(gp *g) {
	if k := &gp.knot; k.queued {
		k.queued = false
		return
	}
	knot.fifo.push(gp, nil)
}

func knotFifoChoose(self *g) *g {
	if self != nil {
		return self
	}
	return knot.fifo.first(nil)
}
