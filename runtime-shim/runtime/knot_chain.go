// SPDX-License-Identifier: BSD-2-Clause

package runtime

// Order control for the active chain (Jiang et al., GoPie, ASE 2023, Section III-B): an operation that
// matches an element of the chain is held back until the element before it has been executed. Held back
// means: not a candidate (knot_ready.go). Where GoPie polls with time-outs, the scheduler simply chooses somebody else, so
// the order is certain whenever it is possible at all.
//
// When only held-back goroutines could run, the active element is not to be had before one of them goes on. First a
// timer may bring it; else one of them passes: its operation does not count, and the chain asks for a later occurrence.
// A chain for which that has happened too often is given up: its rest has no effect.
//
// knot.chainPos is the number of elements executed in order and is reported, as are, a bit each, the elements that a
// goroutine came to and those it was held back at; knot.chainOn says whether the chain still has an effect.

// A stall is an operation that is slow: held back wherever it comes, like the later elements of a chain, as long as anything
// else can go on, timers included.

// knotChainMaxDelay bounds the decisions in which somebody was held back: a chain must not keep a spinning
// program spinning for ever.
const knotChainMaxDelay = 20000

// knotChainMaxPasses is how many times in a run a goroutine that is held back may pass.
const knotChainMaxPasses = 64

// What the active chain means for a runnable goroutine.
const (
	knotChainNow  = iota // its operation is the active element
	knotChainFree        // the chain says nothing
	knotChainHeld        // its operation is a later element, or the stall
)

func knotChainMatches(e *knotShmChainOp, gp *g) bool {
	k := &gp.knot
	return e.site == k.pendSite && (e.gpath == 0 || e.gpath == k.path) &&
		(e.op == 0 || e.op == uint32(k.pendOp))
}

// knotChainClass needs the chain to be active.
func knotChainClass(gp *g) uint8 {
	k := &gp.knot
	if k.pendSite == 0 || k.blocked || !knot.chainOn {
		return knotChainFree
	}
	pos := knot.chainPos
	if knotChainMatches(&knot.req.chain[pos], gp) {
		knot.cur.chainReached |= 1 << pos
		return knotChainNow
	}
	for i := pos + 1; i < knot.req.chainLen; i++ {
		if knotChainMatches(&knot.req.chain[i], gp) {
			knot.cur.chainReached |= 1 << i
			knot.cur.chainWaited |= 1 << i
			return knotChainHeld
		}
	}
	if knotChainMatches(&knot.req.stall, gp) {
		return knotChainHeld
	}
	return knotChainFree
}

// knotChainStuck reports whether the chain holds back everybody who could run, self included.
func knotChainStuck(self *g) bool {
	return knot.chainOn && knot.nfree == 0 && (self == nil || knotChainClass(self) == knotChainHeld)
}

// knotChainPass chooses the one of those held back that passes.
func knotChainPass(self *g) *g {
	knot.chainPasses++
	n := uint32(knot.nready)
	if self != nil {
		n++
	}
	if i := knotRandn(n); i < uint32(knot.nready) {
		return knot.ready[i].ptr()
	}
	return self
}

// knotChainWasted reports whether the request has had its share of runs that did not execute the whole chain. It is
// asked at the end of a run.
func knotChainWasted() bool {
	most := knot.req.chainMisses
	return most != 0 && knot.req.chainLen != 0 && knot.reqIndex+1-knot.batchAll > most+knot.batchAll/8
}

// knotChainChoose is asked before the policy. It returns a goroutine to run at once, or leaves the choice
// to the policy and returns self if that may run. The active element is preferred half of
// the time once its predecessor has been executed: the pair is to be consecutive, not only ordered.
func knotChainChoose(self *g) (gp, free *g) {
	class := uint8(knotChainHeld)
	if self != nil {
		class = knotChainClass(self)
	}
	if class != knotChainHeld {
		free = self
	}
	if held := self != free || knot.nfree < knot.nready; held {
		knot.chainDelay++
		stuck := knot.nfree == 0 && free == nil
		if stuck && knot.chainPasses < knotChainMaxPasses {
			return knotChainPass(self), nil
		}
		if stuck || knot.chainDelay > knotChainMaxDelay {
			knotChainOff()
			return nil, self
		}
	}
	now := uint32(knot.nnow)
	if class == knotChainNow {
		now++
	}
	if now != 0 && knot.chainPos > 0 && knotRandom()&1 == 0 {
		if i := knotRandn(now); i < uint32(knot.nnow) {
			return knot.ready[i].ptr(), free
		}
		return self, free
	}
	return nil, free
}

// knotChainOff ends order control: the chain has been executed, or was given up.
func knotChainOff() {
	knot.chainOn = false
	knotReadySort()
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
	knot.cur.chainOrdered |= 1 << knot.chainPos
	knot.chainPos++
	knot.cur.chainDone = knot.chainPos
	if knot.chainPos == knot.req.chainLen {
		knot.chainOn = false
	}
	knotReadySort()
}
