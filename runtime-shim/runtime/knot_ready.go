// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// The set of runnable goroutines, one array of three parts:
//
//	[0, nnow)        their pending operation is the active element of the chain
//	[nnow, nfree)    the other candidates
//	[nfree, nready)  held back by the chain
//
// The goroutine at its scheduling point is not in the set while it decides: mostly it goes on. Joining and leaving
// take constant time, and so does leaving out what the chain holds back; the parts are put in order anew
// only when the chain advances, which it does at most knotChainMax times a run.
//
// Invariants: k.readyIdx is the index in the array, -1 outside; the policy has been told of exactly the
// goroutines in [0, nfree). A pending operation does not change while its goroutine is in the set.

func knotReadySwap(i, j int) {
	if i != j {
		a, b := knot.ready[i], knot.ready[j]
		knot.ready[i], knot.ready[j] = b, a
		a.ptr().knot.readyIdx = int32(j)
		b.ptr().knot.readyIdx = int32(i)
	}
}

func knotReadyAdd(gp *g) {
	n := knot.nready
	if n >= knotMaxReady {
		throw("goknot: too many runnable goroutines")
	}
	knot.ready[n].set(gp)
	knot.nready = n + 1
	gp.knot.readyIdx = int32(n)
	class := uint8(knotChainFree)
	if knot.chainOn {
		class = knotChainClass(gp)
	}
	knotReadyFree(gp, class)
}

// knotReadyFree lets gp, which is the first or the last of the held ones, be a candidate if it may.
func knotReadyFree(gp *g, class uint8) {
	if class == knotChainHeld {
		return
	}
	knotReadySwap(int(gp.knot.readyIdx), knot.nfree)
	knot.nfree++
	if class == knotChainNow {
		knotReadySwap(knot.nfree-1, knot.nnow)
		knot.nnow++
	}
	if f := knot.policy.add; f != nil {
		f(gp)
	}
}

// knotReadyHold makes a candidate one that is held back.
func knotReadyHold(gp *g) {
	i := int(gp.knot.readyIdx)
	if i < knot.nnow {
		knot.nnow--
		knotReadySwap(i, knot.nnow)
		i = knot.nnow
	}
	knot.nfree--
	knotReadySwap(i, knot.nfree)
	if f := knot.policy.remove; f != nil {
		f(gp)
	}
}

func knotReadyRemove(gp *g) {
	if int(gp.knot.readyIdx) < knot.nfree {
		knotReadyHold(gp)
	}
	last := knot.nready - 1
	knotReadySwap(int(gp.knot.readyIdx), last)
	knot.nready = last
	gp.knot.readyIdx = -1
}

// knotReadySort puts the parts in order after the chain has advanced or was given up. A candidate that is not about
// an element of the chain stays one, so only the others are looked at.
func knotReadySort() {
	for i := knot.nnow - 1; i >= 0; i-- {
		gp := knot.ready[i].ptr()
		switch knotChainClass(gp) {
		case knotChainFree:
			knot.nnow--
			knotReadySwap(i, knot.nnow)
		case knotChainHeld:
			knotReadyHold(gp)
		}
	}
	for i := knot.nfree; i < knot.nready; i++ {
		gp := knot.ready[i].ptr()
		knotReadyFree(gp, knotChainClass(gp))
	}
}

// knotSoon is told of a goroutine that will probably be the next to run: with thousands of them each
// comes out of the far end of the cache.
func knotSoon(gp guintptr) {
	p := unsafe.Pointer(gp)
	knotPrefetch(uintptr(p) + unsafe.Offsetof(g{}.knot) + unsafe.Offsetof(knotG{}.stamp))
	knotPrefetch(uintptr(p) + unsafe.Offsetof(g{}.sched))
}
