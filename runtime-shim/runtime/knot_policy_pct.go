// SPDX-License-Identifier: BSD-2-Clause

package runtime

// pct: probabilistic concurrency testing (Burckhardt et al., "A Randomized Scheduler with Probabilistic
// Guarantees of Finding Bugs", ASPLOS 2010). Every goroutine has a random priority, the highest runs; at
// d-1 steps drawn from the k expected ones the running goroutine falls below all others. A bug of depth d
// among n goroutines and k steps is found with probability at least 1/(n*k^(d-1)) a run.
//
// Differences: k is an estimate of the caller, steps beyond it have no change points; a goroutine that
// yields (runtime.Gosched) falls as well, since its spinning would starve what it waits for.
//
// Invariants: initial priorities have the top bit set; those of goroutines that yielded lie below, each new one
// below the one before; those given at a change point are at most knotDepthMax, all different, and in no order,
// since the points have none (as in the paper). The heap holds the candidates, highest priority first, but for those
// that joined below all that yielded before: they come out in the order in which they went in, and wait in a queue.
type knotPCT struct {
	points knotChangePoints
	low    uint64 // last priority given to a goroutine that yielded
	last   uint64 // last priority in the queue
	heap   knotHeap
	fell   knotFifoQueue
}

const knotPCTFell = 1 << 62 // priorities of those that yielded lie below, down to knotDepthMax

func knotPCTBegin() {
	p := &knot.pct
	p.points.draw(max(knot.req.depth, 1)-1, knot.req.stepsHint)
	p.low, p.last = knotPCTFell, knotPCTFell
	p.heap.len = 0
	p.fell.head, p.fell.tail = 0, 0
}

func knotPCTSpawn(gp *g, parent uint16) {
	gp.knot.prio = knotRandom() | 1<<63
}

func knotPCTYielded(gp *g) {
	knot.pct.low--
	gp.knot.prio = knot.pct.low
}

func knotPCTAdd(gp *g) {
	p := &knot.pct
	if prio := gp.knot.prio; prio < p.last && prio > knotDepthMax {
		p.last = prio
		p.fell.push(gp, nil)
		return
	}
	p.heap.push(^gp.knot.prio, gp)
}

func knotPCTRemove(gp *g) { knot.pct.heap.removed(gp) }

func knotPCTChoose(self *g) *g {
	p := &knot.pct
	best := knotPCTHighest(self)
	for {
		i, ok := p.points.due()
		if !ok {
			return best
		}
		best.knot.prio = uint64(p.points.n - i)
		if best != self {
			p.heap.push(^best.knot.prio, best) // what it had in the heap or the queue is void
		}
		best = knotPCTHighest(self)
	}
}

func knotPCTHighest(self *g) *g {
	p := &knot.pct
	best := p.fell.first(nil)
	if e := p.heap.top(); e != nil && (best == nil || best.knot.prio < ^e.key) {
		best = e.gp.ptr()
	}
	if best == nil || self != nil && self.knot.prio >= best.knot.prio {
		return self
	}
	return best
}
