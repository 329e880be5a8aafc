// SPDX-License-Identifier: BSD-2-Clause

package runtime

// A policy chooses among the candidates: the goroutines ready[:nfree] (knot_ready.go) and, when somebody is at
// its scheduling point, that goroutine too (self, not in the set). It keeps what it needs to choose in less
// than linear time by being told of every change. Decisions that are followed, timers and chains may take
// another candidate than the policy would have.
type knotPolicy struct {
	name   string
	timers bool // firing the next timer is one of the choices

	begin   func()                              // a run begins
	spawn   func(gp *g, parent uint16)          // a goroutine of the run is seen for the first time
	yielded func(gp *g)                         // gp asks to be switched away from; it is not in the set
	add     func(gp *g)                         // gp joins the candidates
	remove  func(gp *g)                         // gp leaves them
	ran     func(gp *g, op uint8, addr uintptr) // gp executes op
	choose  func(self *g) *g                    // there is a candidate; self may be nil
	fires   func(self *g) bool                  // the next timer, which there is, fires instead
	follows func(self *g, d uint16)             // d, of a schedule that is followed, is carried out instead
}

// Indexed by KNOT_POLICY_*. What is nil is of no interest to the policy.
var knotPolicies [knotPolicySwitch + 1]knotPolicy

// Not an initialiser: policies map memory, which may throw, which a compiler sees as a way back to here.
func init() {
	knotPolicies = [knotPolicySwitch + 1]knotPolicy{
		knotPolicyFifo:   {name: "fifo", begin: knotFifoBegin, add: knotFifoAdd, choose: knotFifoChoose},
		knotPolicyRandom: {name: "random", timers: true, choose: knotRandomChoose},
		knotPolicyPct: {name: "pct", timers: true, begin: knotPCTBegin, spawn: knotPCTSpawn, yielded: knotPCTYielded,
			add: knotPCTAdd, remove: knotPCTRemove, choose: knotPCTChoose},
		knotPolicyPos: {name: "pos", timers: true, begin: knotPOSBegin, add: knotPOSAdd, remove: knotPOSRemove,
			ran: knotPOSRan, choose: knotPOSChoose},
		knotPolicySurw: {name: "surw", timers: true, begin: knotSURWBegin, spawn: knotSURWSpawn, add: knotSURWAdd,
			remove: knotSURWRemove, ran: knotSURWRan, choose: knotSURWChoose},
		knotPolicyDelay: {name: "delay", timers: true, begin: knotDelayBegin, yielded: knotDelayYielded, add: knotFifoAdd,
			choose: knotDelayChoose},
		knotPolicyRpos: {name: "rpos", timers: true, begin: knotRposBegin, add: knotRposAdd, choose: knotRposChoose},
		knotPolicySwitch: {name: "switch", begin: knotSwitchBegin, add: knotFifoAdd, choose: knotSwitchChoose,
			fires: knotSwitchFires, follows: knotSwitchFollows},
	}
}

// knotChoose asks the policy, within what the chain allows.
func knotChoose(policy *knotPolicy, self *g) *g {
	n := knot.nready
	if self != nil {
		n++
	}
	if n > 1 {
		knot.cur.choices++
	} else if self == nil && knot.nfree == 0 {
		return knot.ready[0].ptr() // held back, but alone
	}
	if knot.chainOn && n > 1 {
		gp, free := knotChainChoose(self)
		if gp != nil {
			return gp
		}
		self = free
	}
	return policy.choose(self)
}

// knotChangePoints are steps, drawn at the start of a run, at which a policy does something out of turn.
type knotChangePoints struct {
	at   [knotDepthMax]uint32 // 0 = has been
	n    int
	next uint32 // the first that is still to come
}

// draw takes n of the steps 1 to k, the same one more than once if it so happens. goknot asks for no more than there
// is room for.
func (p *knotChangePoints) draw(n, k uint32) {
	p.n = int(min(n, knotDepthMax))
	p.next = ^uint32(0)
	for i := 0; i < p.n; i++ {
		p.at[i] = 1 + knotRandn(max(k, 1))
		p.next = min(p.next, p.at[i])
	}
}

// due takes a point that is not later than the step now being decided and returns its index.
func (p *knotChangePoints) due() (int, bool) {
	now := knot.cur.steps + 1
	if p.next > now {
		return 0, false
	}
	taken := -1
	p.next = ^uint32(0)
	for i := 0; i < p.n; i++ {
		switch at := p.at[i]; {
		case at == 0:
		case at <= now && taken < 0:
			p.at[i] = 0
			taken = i
		default:
			p.next = min(p.next, at)
		}
	}
	return taken, taken >= 0
}
