// SPDX-License-Identifier: BSD-2-Clause

package runtime

// A policy chooses among the runnable goroutines. choose gets at least two candidates, in no particular
// order but the same order for the same decisions; it returns an index. begin is called at the start of a
// run, spawn when a goroutine of the run is first seen, yielded when a goroutine asked to be switched away
// from (runtime.Gosched). timers says whether firing the next timer is one of the choices.
type knotPolicy struct {
	name    string
	timers  bool
	begin   func()
	spawn   func(gp *g)
	yielded func(gp *g)
	choose  func(cands []guintptr) int
}

func knotNop()    {}
func knotNopG(*g) {}

// Indexed by KNOT_POLICY_*.
var knotPolicies = [knotPolicyCount]knotPolicy{
	knotPolicyFifo:   {"fifo", false, knotFifoBegin, knotNopG, knotNopG, knotFifoChoose},
	knotPolicyRandom: {"random", true, knotNop, knotNopG, knotNopG, knotRandomChoose},
	knotPolicyPct:    {"pct", true, knotPCTBegin, knotPCTSpawn, knotPCTYielded, knotPCTChoose},
}
