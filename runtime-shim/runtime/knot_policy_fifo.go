// SPDX-License-Identifier: BSD-2-Clause

package runtime

// fifo: run until block, then the goroutine that has been runnable longest. It is what a stock scheduler
// with one P does apart from preemption, and what a replay falls back on behind the last decision.
//
// The queue holds (goroutine, seq) in the order of becoming runnable; an entry whose goroutine has been run
// since (its seq differs or it is not in the set) is skipped, so choosing is O(1) amortised.
//
// Invariant: every goroutine of the runnable set has its current entry between head and tail, or the queue
// has overflowed (fifoLost) and the set is searched instead.
type knotFifoQueue struct {
	head, tail uint64
	lost       bool
}

type knotFifoEntry struct {
	gp  guintptr
	seq uint64
}

const knotFifoSlots = 1 << 17

func knotFifoBegin() {
	knot.fifo = knotFifoQueue{}
}

// knotFifoAdd is called for every goroutine that joins the runnable set under this policy.
func knotFifoAdd(gp *g) {
	q := &knot.fifo
	if q.tail-q.head >= knotFifoSlots {
		q.lost = true
		return
	}
	e := &knot.fifoSlots[q.tail%knotFifoSlots]
	e.gp.set(gp)
	e.seq = gp.knot.seq
	q.tail++
}

func knotFifoChoose(cands []guintptr) int {
	q := &knot.fifo
	if self := knotSelf.ptr(); self != nil {
		// At its scheduling point a goroutine goes on, if the chain lets it.
		if i := int(self.knot.readyIdx); i >= 0 && i < len(cands) && cands[i] == knotSelf {
			return i
		}
	}
	if len(cands) == knot.nready && !q.lost {
		for q.head != q.tail {
			e := &knot.fifoSlots[q.head%knotFifoSlots]
			if gp := e.gp.ptr(); gp.knot.readyIdx >= 0 && gp.knot.seq == e.seq {
				return int(gp.knot.readyIdx)
			}
			q.head++
		}
	}
	best := 0
	for i, c := range cands {
		if c == knotSelf {
			return i
		}
		if c.ptr().knot.seq < cands[best].ptr().knot.seq {
			best = i
		}
	}
	return best
}
