// SPDX-License-Identifier: BSD-2-Clause

package runtime

// Order control for the active chain (Jiang et al., GoPie, ASE 2023, Section III-B): an operation that
// matches an element of the chain is held back until the element before it has been executed. Held back
// means: not a candidate. Where GoPie polls with time-outs, the scheduler simply chooses somebody else, so
// the order is certain whenever it is possible at all.
//
// The chain is given up (its rest has no effect) when only held-back goroutines could run: then the order
// it asks for cannot be had in this run. knot.chainPos is the number of elements executed in order and is
// reported; a chain that was given up has knot.chainDelay == knotChainGivenUp.

const knotChainGivenUp = ^uint32(0)

// knotChainMaxDelay bounds the decisions in which somebody was held back: a chain must not keep a spinning
// program spinning for ever.
const knotChainMaxDelay = 20000

func knotChainActive() bool {
	return knot.chainPos < knot.req.chainLen && knot.chainDelay != knotChainGivenUp
}

func knotChainMatches(e *knotShmChainOp, gp *g) bool {
	k := &gp.knot
	return e.site == k.pendSite && (e.gpath == 0 || e.gpath == k.path) &&
		(e.op == 0 || e.op == uint32(k.pendOp))
}

// knotChainFilter returns the candidates that may run now. The active element itself is preferred half of
// the time once its predecessor has been executed: the pair is to be consecutive, not only ordered.
func knotChainFilter(cands []guintptr) []guintptr {
	pos := knot.chainPos
	n := 0
	var now guintptr
	for _, c := range cands {
		gp := c.ptr()
		held := false
		if gp.knot.pendSite != 0 && !gp.knot.blocked {
			if knotChainMatches(&knot.req.chain[pos], gp) {
				now = c
			} else {
				for i := pos + 1; i < knot.req.chainLen; i++ {
					if knotChainMatches(&knot.req.chain[i], gp) {
						held = true
						break
					}
				}
			}
		}
		if !held {
			knot.cands[n] = c
			n++
		}
	}
	if n == 0 {
		knot.chainDelay = knotChainGivenUp
		return cands
	}
	if n < len(cands) {
		knot.chainDelay++
		if knot.chainDelay > knotChainMaxDelay {
			knot.chainDelay = knotChainGivenUp
			return cands
		}
	}
	if now != 0 && pos > 0 && knotRandom()&1 == 0 {
		knot.cands[0] = now
		n = 1
	}
	return knot.cands[:n]
}

// knotChainStep is called when gp executes its pending operation. A lock is executed when it has been
// taken, which is where knotChainLocked comes in; every other operation when it is tried, since a receive
// that comes before its send must not wait for its own completion.
func knotChainStep(gp *g) {
	k := &gp.knot
	if !knotChainMatches(&knot.req.chain[knot.chainPos], gp) {
		return
	}
	if k.pendOp == knotOpLock || k.pendOp == knotOpRlock {
		k.chainLock = true
		return
	}
	knotChainAdvance(gp)
}

// knotChainLocked is called when gp has taken a lock that an element of the chain is about.
func knotChainLocked(gp *g) {
	gp.knot.chainLock = false
	if knot.chainPos < knot.req.chainLen {
		knotChainAdvance(gp)
	}
}

func knotChainAdvance(gp *g) {
	knotEvent(knotEvChain, gp.knot.pendOp, gp.knot.idx, gp.knot.pendSite, 0, uint64(knot.chainPos))
	knot.chainPos++
	knot.cur.chainDone = knot.chainPos
}
