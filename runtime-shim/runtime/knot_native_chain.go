// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "internal/runtime/atomic"

// Order control by bounded waiting with cancel. Before an operation that matches an element of the chain
// other than the first, the goroutine waits until the element before it has been executed in this run, or a
// bound passes, or the run is over. What an element has been through is kept in bit sets:
//
//	reached  a goroutine came to it
//	waited   ... and had to wait for the element before it
//	expired  ... in vain: the bound passed
//	ordered  it was executed behind the element before it
//	done     it was executed, in order or not
//
// Differences from GoPie: the goroutine is named by its path, waiting is on a futex and not by polling, and a
// lock counts as executed when it has been taken. An atomic operation has no hook behind it; it counts as
// executed knotNatAtomicNs after the goroutine went on to it, or at its next hook.

const knotNatAtomicNs = 50 * 1000

func knotNatChainBegin() {
	n, r := &knotNat, &knot.req
	n.chainLen = r.chainLen
	n.waitNs = int64(r.waitUs) * 1000
	n.bloom = 0
	for i := uint32(0); i < r.chainLen; i++ {
		n.bloom |= 1 << (r.chain[i].site & 63)
		if r.chain[i].op == knotOpSelect {
			n.bloom = ^uint64(0) // the hook behind a select has the site of the case
		}
	}
	n.done.Store(0)
	n.tried.Store(0)
	n.reached.Store(0)
	n.waited.Store(0)
	n.ordered.Store(0)
	n.expired.Store(0)
	n.cancel.Store(0)
}

// knotNatRelease lets every waiter go, now and for the rest of the run.
func knotNatRelease() {
	knotNat.cancel.Store(1)
	knotNatWake()
}

func knotNatWake() {
	n := &knotNat
	atomic.Xadd(&n.turn, 1)
	if n.waiters.Load() > 0 {
		futexwakeup(&n.turn, 1<<30)
	}
}

// knotNatReach is called before an operation of gp that has a hook. It returns when gp may execute it.
func knotNatReach(gp *g, id uint32, op uint8) {
	n, k := &knotNat, &gp.knot
	for i := uint32(0); i < n.chainLen; i++ {
		e := &knot.req.chain[i]
		if e.site != id || e.gpath != 0 && e.gpath != k.path ||
			e.op != 0 && knotNormalOp(uint8(e.op)) != knotNormalOp(op) || n.done.Load()&(1<<i) != 0 {
			continue
		}
		if k.chainEl != 0 {
			knotNatDone(gp) // of a Once, whose function comes to the next element
		}
		n.reached.Or(1 << i)
		k.chainIn = i == 0 || knotNatWait(i)
		k.chainEl, k.chainID, k.chainCalls = uint8(i+1), id, op == knotOpOnce
		if op >= knotOpAtomicLoad && op <= knotOpAtomicRmw {
			n.tried.Or(1 << i)
			knotNatWake()
		}
		return
	}
}

// knotNatWait waits for the element before i and reports whether it has been executed.
func knotNatWait(i uint32) bool {
	n := &knotNat
	before := uint32(1) << (i - 1)
	if n.done.Load()&before != 0 {
		return true
	}
	n.waited.Or(1 << i)
	deadline := nanotime1() + n.waitNs
	for {
		turn := atomic.Load(&n.turn)
		if n.done.Load()&before != 0 {
			return true
		}
		if n.cancel.Load() != 0 {
			return false
		}
		left := deadline - nanotime1()
		if left <= 0 {
			n.expired.Or(1 << i)
			return false
		}
		if n.tried.Load()&before != 0 {
			knotNatSleep(turn, min(left, knotNatAtomicNs))
			return true
		}
		knotNatSleep(turn, left)
	}
}

// knotNatSleep gives the P to somebody else until turn has changed or ns are over.
func knotNatSleep(turn uint32, ns int64) {
	knotNat.waiters.Add(1)
	entersyscallblock()
	futexsleep(&knotNat.turn, turn, ns)
	exitsyscall()
	knotNat.waiters.Add(-1)
}

// knotNatDone is called when gp has executed the element it went on to.
func knotNatDone(gp *g) {
	n, k := &knotNat, &gp.knot
	bit := uint32(1) << (k.chainEl - 1)
	el := k.chainEl
	k.chainEl = 0
	if k.run != knot.run || n.done.Load()&bit != 0 {
		return
	}
	n.done.Or(bit)
	if k.chainIn {
		n.ordered.Or(bit)
		if n.rec {
			knotNatEvent(k, knotEvChain, knotOpNone, k.idx, k.chainID, 0, uint64(el-1), 0)
		}
	}
	knotNatWake()
}

// knotNatChainReport writes down what became of the chain.
func knotNatChainReport() {
	n, c := &knotNat, knot.cur
	c.chainReached = uint16(n.reached.Load())
	c.chainWaited = uint16(n.waited.Load())
	c.chainOrdered = uint16(n.ordered.Load())
	c.chainExpired = uint16(n.expired.Load())
	c.chainDone = 0
	for c.chainDone < n.chainLen && n.ordered.Load()&(1<<c.chainDone) != 0 {
		c.chainDone++
	}
}
