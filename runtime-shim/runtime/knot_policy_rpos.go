// SPDX-License-Identifier: BSD-2-Clause

package runtime

// rpos: partial order sampling that prefers what few runs have shown. As with pos every pending operation has a random
// waiting time of its own, the least is executed, and what races with it draws anew. But an operation that would make
// a rare CPOP2 pair with the last one on its primitive waits shorter: 1 + w log2(runs of the test / runs that showed
// the pair) times as short on average, w being drawn for each run. So both orders of a race come to be tried about equally often, however much the
// program prefers one of them, and a bug that takes several improbable orders in one run comes into reach.
//
// The weights come from the table of pairs: without feedback this is pos.

// knotRposLook is how many candidates are looked at for a choice: where there are more, as many from a random one on.
const knotRposLook = 64

// knotRposBegin draws how much rarity counts in this run: what a bug takes may be common, too.
func knotRposBegin() {
	knot.rposWeight = [...]float64{0, 0.25, 0.5, 1}[knotRandn(4)]
}

func knotRposAdd(gp *g) {
	if k := &gp.knot; !k.queued {
		knotRposDraw(gp)
	}
	gp.knot.queued = false
}

// knotRposDraw gives gp the waiting time of its pending operation.
func knotRposDraw(gp *g) {
	k := &gp.knot
	t := knotPOSTime()
	k.raced = 0
	if addr, _ := knotPOSTarget(gp); addr != 0 {
		if pe := knotPrim(addr); pe != nil {
			k.raced = pe.lastKey
			t /= 1 + knot.rposWeight*float64(knotRarityOf(gp, pe))
		}
	}
	k.prio = knotPOSBits(t)
}

// knotRarityOf is how rare the pair is that gp's pending operation would make, in bits; 0 when it would make none.
func knotRarityOf(gp *g, pe *knotTabEntry) int {
	k := &gp.knot
	if pe.lastKey == 0 || pe.lastG == k.idx || knot.testRun == 0 {
		return 0
	}
	return knotLen32(knot.testRun) - knotLen32(knotPairRuns(pe.lastKey, knotOpKey(k.path, k.pendSite, k.pendOp)))
}

// knotRposTime is the waiting time of gp, drawn anew when somebody has been at its primitive since.
func knotRposTime(gp *g) uint64 {
	if addr, _ := knotPOSTarget(gp); addr != 0 {
		if pe := knotPrim(addr); pe != nil && pe.lastKey != gp.knot.raced {
			knotRposDraw(gp)
		}
	}
	return gp.knot.prio
}

func knotRposChoose(self *g) *g {
	n := knot.nfree
	from := 0
	if n > knotRposLook {
		from = int(knotRandn(uint32(n)))
		n = knotRposLook
	}
	best, least := self, ^uint64(0)
	if self != nil {
		knotRposDraw(self)
		least = self.knot.prio
	}
	for i := 0; i < n; i++ {
		gp := knot.ready[(from+i)%knot.nfree].ptr()
		if t := knotRposTime(gp); t < least {
			best, least = gp, t
		}
	}
	if self != nil && best != self {
		self.knot.queued = true
	}
	return best
}
