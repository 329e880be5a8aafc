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
// Invariants: initial priorities have the top bit set; priorities given at a change point are below
// knotPCTMaxDepth and all different, the later the higher (d-i in the paper counts the other way round).
type knotPCT struct {
	points [knotPCTMaxDepth]uint32
	n      int
	low    uint64 // next priority for a goroutine that yields
	step   uint32
}

const knotPCTMaxDepth = 16

func knotPCTBegin() {
	p := &knot.pct
	p.n = int(knot.req.depth) - 1
	if p.n < 0 {
		p.n = 0
	}
	if p.n > knotPCTMaxDepth {
		p.n = knotPCTMaxDepth
	}
	k := knot.req.stepsHint
	if k < 2 {
		k = 2
	}
	for i := 0; i < p.n; i++ {
		p.points[i] = 1 + knotRandn(k-1)
	}
	p.low = 1 << 62
	p.step = 0
}

func knotPCTSpawn(gp *g) {
	gp.knot.prio = knotRandom() | 1<<63
}

func knotPCTYielded(gp *g) {
	knot.pct.low--
	gp.knot.prio = knot.pct.low
}

func knotPCTChoose(cands []guintptr) int {
	p := &knot.pct
	best := knotPCTHighest(cands)
	step := knot.cur.steps
	for i := 0; i < p.n; i++ {
		if p.points[i] != 0 && p.points[i] <= step {
			p.points[i] = 0
			cands[best].ptr().knot.prio = uint64(p.n - i)
			best = knotPCTHighest(cands)
		}
	}
	return best
}

func knotPCTHighest(cands []guintptr) int {
	best := 0
	for i, c := range cands {
		if c.ptr().knot.prio > cands[best].ptr().knot.prio {
			best = i
		}
	}
	return best
}
