// SPDX-License-Identifier: BSD-2-Clause

package runtime

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

var all = []int{knotPolicyFifo, knotPolicyRandom, knotPolicyPct, knotPolicyPos, knotPolicyRpos, knotPolicySurw, knotPolicyDelay}

// private is n operations that race with nothing; write is one on addr.
func private(n int) []instr {
	var is []instr
	for i := range n {
		is = append(is, instr{op: knotOpNone, site: uint32(i + 1)})
	}
	return is
}

func on(op uint8, addr uintptr, n int) []instr {
	return slices.Repeat([]instr{{op: op, addr: addr, site: uint32(addr)<<8 | uint32(op)}}, n)
}

func writes(addr uintptr, n int) []instr { return on(knotOpAtomicStore, addr, n) }

func tasks(ts ...[]instr) program { return program{tasks: ts, roots: len(ts)} }

// within checks a count of n tries with probability p: five standard deviations are missed by chance once
// in 1.7 million times, and with a fixed seed always or never.
func within(t *testing.T, what string, got, n int, p float64) {
	t.Helper()
	want, sd := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
	if math.Abs(float64(got)-want) > 5*sd {
		t.Errorf("%s: %d of %d, expected %.0f +- %.0f", what, got, n, want, sd)
	}
}

// uniform is a chi-square test over counts with the given number of possible outcomes.
func uniform(t *testing.T, what string, counts map[string]int, outcomes int) {
	t.Helper()
	if len(counts) != outcomes {
		t.Fatalf("%s: %d outcomes, expected %d", what, len(counts), outcomes)
	}
	want := map[string]float64{}
	for outcome := range counts {
		want[outcome] = 1 / float64(outcomes)
	}
	fits(t, what, counts, want)
}

// fits is a chi-square test of counts against probabilities. What is expected less than ten times is one outcome. The
// bound, by Wilson and Hilferty, is exceeded by chance once in a million times.
func fits(t *testing.T, what string, counts map[string]int, want map[string]float64) {
	t.Helper()
	n := 0
	for outcome, c := range counts {
		if want[outcome] == 0 {
			t.Errorf("%s: %s cannot be", what, outcome)
		}
		n += c
	}
	chi, df, rare, rareWant := 0.0, -1.0, 0.0, 0.0
	add := func(got, want float64) {
		chi += (got - want) * (got - want) / want
		df++
	}
	for outcome, p := range want {
		if e := p * float64(n); e < 10 {
			rare += float64(counts[outcome])
			rareWant += e
		} else {
			add(float64(counts[outcome]), e)
		}
	}
	if rareWant > 10 {
		add(rare, rareWant)
	}
	bound := df * math.Pow(1-2/(9*df)+4.75*math.Sqrt(2/(9*df)), 3)
	if chi > bound {
		t.Errorf("%s: chi-square %.1f over %.0f outcomes, bound %.1f: %v", what, chi, df+1, bound, counts)
	}
}

func TestRandomIsUniform(t *testing.T) {
	for n := 2; n <= 9; n++ {
		first, second := map[string]int{}, map[string]int{}
		f := newFake(tasks(slices.Repeat([][]instr{private(2)}, n)...))
		for seed := range uint64(20000) {
			tr := f.run(knotPolicyRandom, seed, 0)
			first[fmt.Sprint(tr[0])]++
			// The goroutine at its scheduling point is one candidate like the others.
			second[fmt.Sprint(tr[0] == tr[1], tr[1])]++
		}
		uniform(t, fmt.Sprint("first of ", n), first, n)
		stay := 0
		for i := range n {
			stay += second[fmt.Sprint(true, i)]
		}
		within(t, fmt.Sprint("staying, of ", n), stay, 20000, 1/float64(n))
	}
}

// happens reports whether the steps (task, nth of the task) come in this order, one directly behind another as
// far as these tasks go.
func happens(trace []int, order ...[2]int) bool {
	count := map[int]int{}
	next := 0
	for _, task := range trace {
		at := [2]int{task, count[task]}
		count[task]++
		if i := slices.Index(order, at); i >= 0 {
			if i != next {
				return false
			}
			next++
		}
	}
	return next == len(order)
}

// A bug of depth d is found with a probability of at least 1/(n*k^(d-1)), and one of depth d+1 needs d change
// points: with fewer it is never found.
func TestPCTBound(t *testing.T) {
	const runs = 100000
	bugs := []struct {
		depth int
		order [][2]int
	}{
		{1, [][2]int{{2, 0}, {0, 0}}},
		{2, [][2]int{{0, 2}, {1, 0}, {1, 4}, {0, 3}}},
		{3, [][2]int{{0, 1}, {1, 2}, {0, 2}, {1, 3}}},
	}
	prog := tasks(private(5), private(5), private(5))
	n, k := 3.0, 15.0
	f := newFake(prog)
	f.check = func(self, chosen *g) {
		// The heap agrees with a search of all.
		for _, p := range knot.ready[:knot.nfree] {
			if p.ptr().knot.prio > chosen.knot.prio {
				t.Fatal("not the highest priority")
			}
		}
		if self != nil && self.knot.prio > chosen.knot.prio {
			t.Fatal("not the highest priority")
		}
	}
	knot.req.stepsHint = uint32(k)
	for _, b := range bugs {
		for depth := 1; depth <= 4; depth++ {
			knot.req.depth = uint32(depth)
			hits := 0
			for seed := range uint64(runs) {
				if happens(f.run(knotPolicyPct, seed, 0), b.order...) {
					hits++
				}
			}
			bound := runs / (n * math.Pow(k, float64(b.depth-1)))
			if depth < b.depth && hits > 0 {
				t.Errorf("depth %d found a bug of depth %d, %d times", depth, b.depth, hits)
			}
			if depth == b.depth && float64(hits) < bound-5*math.Sqrt(bound) {
				t.Errorf("depth %d: %d hits, bound %.0f", depth, hits, bound)
			}
		}
	}
}

// A depth that goknot accepts is had: that many goroutines are switched away from with something left to do.
func TestDepthIsHad(t *testing.T) {
	const n, length = 600, 20
	f := newFake(tasks(slices.Repeat([][]instr{private(length)}, n)...))
	knot.req.depth, knot.req.stepsHint = knotDepthMax, 5000
	for _, policy := range []int{knotPolicyDelay, knotPolicyPct} {
		for seed := range uint64(20) {
			left, switches := [n]int{}, 0
			trace := f.run(policy, seed, 0)
			for i, task := range trace[:len(trace)-1] {
				left[task]++
				if left[task] < length && trace[i+1] != task {
					switches++
				}
			}
			if switches < knotDepthMax*9/10 || switches > knotDepthMax {
				t.Errorf("%s: switched %d times of %d", knotPolicies[policy].name, switches, knotDepthMax)
			}
		}
	}
}

func TestPCTYieldFallsBehind(t *testing.T) {
	spin := on(knotOpYield, 0, 200)
	f := newFake(tasks(spin, private(3)))
	knot.req.depth, knot.req.stepsHint = 1, 200
	for seed := range uint64(100) {
		if tr := f.run(knotPolicyPct, seed, 0); slices.Index(tr, 1) > 2 {
			t.Fatal("starved by a goroutine that yields")
		}
	}
}

// orders counts in which order the tasks execute the operations at addr.
func orders(f *fake, policy int, runs int, addr uintptr) map[string]int {
	counts := map[string]int{}
	for seed := range uint64(runs) {
		// One request: surw learns from run to run.
		tr := f.run(policy, seed, uint32(seed))
		if policy == knotPolicySurw && seed < 50 {
			continue
		}
		order := []byte{}
		pc := make([]int, len(f.gs))
		for _, task := range tr {
			if f.prog.tasks[task][pc[task]].addr == addr {
				order = append(order, byte('a'+task))
			}
			pc[task]++
		}
		counts[string(order)]++
	}
	return counts
}

// A pending operation keeps its priority through what does not race with it: the last of k+2 draws is last with a
// probability of 1/(k+2), where a random walk takes 2^(k+1) runs.
func TestPOSKeepsPriorities(t *testing.T) {
	const runs, k = 100000, 8
	got := orders(newFake(tasks(append(private(k), writes(9, 1)...), writes(9, 1))), knotPolicyPos, runs, 9)
	within(t, "behind private operations", got["ab"], runs, 1.0/(k+2))
	reads := on(knotOpAtomicLoad, 9, k)
	got = orders(newFake(tasks(reads, reads[:1])), knotPolicyPos, runs, 9)
	within(t, "behind reads", got["aaaaaaaab"], runs, 1.0/(k+1))
}

// Operations that race with the one executed draw anew, all of them and independently.
func TestPOSDrawsAnew(t *testing.T) {
	const runs = 200000
	got := orders(newFake(tasks(writes(9, 4), writes(9, 1))), knotPolicyPos, runs, 9)
	within(t, "one behind four writes", got["aaaab"], runs, 1.0/16)
	got = orders(newFake(tasks(writes(9, 4), on(knotOpAtomicLoad, 9, 1))), knotPolicyPos, runs, 9)
	within(t, "a read behind four writes", got["aaaab"], runs, 1.0/16)
	five := tasks(writes(9, 2), writes(9, 1), writes(9, 1), writes(9, 1), writes(9, 1))
	first := map[string]int{}
	rest := map[string]int{}
	for order, n := range orders(newFake(five), knotPolicyPos, runs, 9) {
		first[order[:1]] += n
		if order[:2] == "aa" {
			rest[order[2:]] += n
		}
	}
	uniform(t, "first of five", first, 5)
	uniform(t, "four behind", rest, 24)
	n := 0
	for _, c := range rest {
		n += c
	}
	within(t, "twice before four", n, runs, 1.0/25)
}

// The goroutine at its scheduling point that is not chosen keeps the priority it lost with. Waiting times of three
// that do not race: the first is Exp(3), the others lie Exp(1) behind it, and its next one is Exp(1) from 0.
func TestPOSKeepsWhatItLostWith(t *testing.T) {
	const runs = 200000
	f := newFake(tasks(private(2), private(1), private(1)))
	at := [4]int{}
	for seed := range uint64(runs) {
		if tr := f.run(knotPolicyPos, seed, 0); tr[0] == 0 {
			at[1+slices.Index(tr[1:], 0)]++
		}
	}
	within(t, "next at once", at[1], runs, 1.0/6)
	within(t, "next behind one", at[2], runs, 1.0/12)
	within(t, "next behind both", at[3], runs, 1.0/12)
}

// With everything racing, and with nothing racing, all orders of one operation each are equally probable.
func TestPOSOrders(t *testing.T) {
	for _, addr := range []uintptr{0, 9} {
		one := []instr{{op: knotOpAtomicStore, addr: addr, site: 1}}
		uniform(t, "orders", orders(newFake(tasks(one, one, one, one, one)), knotPolicyPos, 120000, addr), 120)
	}
}

// All orders of the operations of interest are equally probable, whatever lies between them.
// Without a pair seen rpos is pos.
func TestRPOSWithoutPairs(t *testing.T) {
	const runs = 100000
	knot.testRun = 0
	const k = 8
	reads := on(knotOpAtomicLoad, 9, k)
	got := orders(newFake(tasks(append(private(k), writes(9, 1)...), writes(9, 1))), knotPolicyRpos, runs, 9)
	want := orders(newFake(tasks(append(private(k), writes(9, 1)...), writes(9, 1))), knotPolicyPos, runs, 9)
	within(t, "the long way first", got["ab"], runs, float64(want["ab"])/runs)
	within(t, "behind reads", orders(newFake(tasks(reads, reads[:1])), knotPolicyRpos, runs, 9)["aaaaaaaab"], runs, 1.0/(k+1))
	one := writes(9, 1)
	uniform(t, "orders", orders(newFake(tasks(one, one, one, one)), knotPolicyRpos, 48000, 9), 24)
}

// Of two operations that race, one of which makes a pair that every run has shown and the other one that one run in
// 1,024 has, the rare one comes first n times out of n + 1: its waiting time is n = 1 + 10 w times as short, w being the weight
// of the run.
func TestRPOSPrefersWhatIsRare(t *testing.T) {
	const runs = 100000
	f := newFake(tasks(writes(9, 1), writes(9, 1)))
	first, all := map[float64]int{}, map[float64]int{}
	for seed := range uint64(runs) {
		pe := knotPrim(9)
		pe.lastKey, pe.lastG = 77, 5
		knot.testRun = 1024
		pairRuns[[2]uint64{77, knotOpKey(100, f.prog.tasks[0][0].site, knotOpAtomicStore)}] = 1024
		pairRuns[[2]uint64{77, knotOpKey(101, f.prog.tasks[1][0].site, knotOpAtomicStore)}] = 1
		rare := f.run(knotPolicyRpos, seed, 0)[0] == 1
		all[knot.rposWeight]++
		if rare {
			first[knot.rposWeight]++
		}
	}
	for w, n := range all {
		within(t, fmt.Sprint("runs of weight ", w), n, runs, 0.25)
		within(t, fmt.Sprint("rare first, weight ", w), first[w], n, (1+10*w)/(2+10*w))
	}
	knotPrim(9).lastKey, knot.testRun = 0, 0
}

func TestSURWIsUniform(t *testing.T) {
	w := writes(9, 1)
	a := slices.Concat(private(7), w, w, private(3), w)
	b := slices.Concat(w, private(20), w)
	c := slices.Concat(private(30), w)
	uniform(t, "10 orders", orders(newFake(tasks(a, b)), knotPolicySurw, 50000, 9), 10)
	uniform(t, "60 orders", orders(newFake(tasks(a, b, c)), knotPolicySurw, 100000, 9), 60)
}

// A goroutine has the operations of its children until it creates them.
func TestSURWCountsChildren(t *testing.T) {
	w := writes(9, 1)
	spawn := []instr{{op: knotOpGo, site: 77, spawn: 3}}
	prog := program{tasks: [][]instr{
		slices.Concat(w, private(5), spawn, w),
		slices.Concat(private(3), w, w),
		slices.Concat(private(2), w, w),
	}, roots: 2}
	// a, then a and the c's in any order, the b's anywhere: 3 * (6 over 2).
	uniform(t, "with a child", orders(newFake(prog), knotPolicySurw, 100000, 9), 45)
}

// A model is how far the tasks of a program are, for those that spawn nothing, and what they do at one address.
type model struct {
	prog    program
	addr    uintptr
	pc      []int
	holder  int // of the mutex at addr: task + 1
	waiting []int
}

// able lets everybody come to an operation at the address and returns who can execute one, and how many they have left.
func (m *model) able() (can, left []int) {
	for again := true; again; {
		again = false
		for i, is := range m.prog.tasks {
			for m.pc[i] < len(is) && is[m.pc[i]].addr != m.addr {
				if j := is[m.pc[i]].join - 1; j >= 0 && m.pc[j] < len(m.prog.tasks[j]) {
					break
				}
				m.pc[i]++
				again = true
			}
		}
	}
	for i, is := range m.prog.tasks {
		n := 0
		for _, in := range is[m.pc[i]:] {
			if in.addr == m.addr {
				n++
			}
		}
		if n > 0 && is[m.pc[i]].addr == m.addr && !slices.Contains(m.waiting, i) {
			can, left = append(can, i), append(left, n)
		}
	}
	return can, left
}

func (m *model) execute(i int) {
	switch in := m.prog.tasks[i][m.pc[i]]; {
	case in.mutex && in.op == knotOpLock && m.holder != 0:
		m.waiting = append(m.waiting, i)
		return
	case in.mutex && in.op == knotOpLock:
		m.holder = i + 1
	case in.mutex && len(m.waiting) > 0:
		m.holder = m.waiting[0] + 1
		m.pc[m.waiting[0]]++
		m.waiting = m.waiting[1:]
	case in.mutex:
		m.holder = 0
	}
	m.pc[i]++
}

// orders gives each order its probability when the next is drawn among those that can go on, in proportion to what each
// has left.
func (m model) orders(order string, p float64, out map[string]float64) {
	can, left := m.able()
	if len(can) == 0 {
		out[order] += p
		return
	}
	sum := 0
	for _, n := range left {
		sum += n
	}
	for at, i := range can {
		next := m
		next.pc, next.waiting = slices.Clone(m.pc), slices.Clone(m.waiting)
		next.execute(i)
		next.orders(order+string(byte('a'+i)), p*float64(left[at])/float64(sum), out)
	}
}

// Where somebody waits for others the next is drawn among those that can go on.
func TestSURWAmongThoseThatCanGoOn(t *testing.T) {
	w := writes(9, 1)
	join := func(task int) []instr { return []instr{{site: uint32(70 + task), join: task + 1}} }
	lock, unlock := on(knotOpLock, 9, 1), on(knotOpUnlock, 9, 1)
	lock[0].mutex, unlock[0].mutex = true, true
	section := func(inside int) []instr { return slices.Concat(lock, private(inside), unlock) }
	shapes := map[string]program{
		"two":       tasks(slices.Concat(private(4), writes(9, 3)), slices.Concat(w, private(9), w)),
		"three":     tasks(writes(9, 3), slices.Concat(private(12), w, private(3), w), slices.Concat(w, private(5), w)),
		"a joins":   tasks(slices.Concat(join(1), join(2), writes(9, 40)), slices.Concat(private(3), writes(9, 2)), slices.Concat(private(9), writes(9, 3))),
		"two join":  tasks(slices.Concat(w, join(2), writes(9, 3)), slices.Concat(join(2), w), writes(9, 2), slices.Concat(private(5), w)),
		"a lock":    tasks(slices.Concat(section(3), section(0), private(7), section(1)), slices.Concat(private(5), section(9))),
		"lock of 3": tasks(section(3), slices.Concat(private(5), section(2), section(0)), slices.Concat(private(1), section(1))),
	}
	const runs = 100000
	for name, prog := range shapes {
		want := map[string]float64{}
		model{prog: prog, addr: 9, pc: make([]int, len(prog.tasks))}.orders("", 1, want)
		got := orders(newFake(prog), knotPolicySurw, runs, 9)
		if len(got) != len(want) {
			t.Errorf("%s: %d orders of %d", name, len(got), len(want))
		}
		fits(t, name, got, want)
	}
}

// What a goroutine has left is its mean, not what it would be if it went every way that was ever seen.
func TestSURWTakesOneWayOfMany(t *testing.T) {
	const ways, runs = 5, 50000
	f := newFake(tasks(writes(9, ways), writes(9, 1)))
	counts := map[string]int{}
	for seed := range uint64(runs) {
		way := writes(9, 1)
		way[0].site += uint32(knotMix(seed) % ways << 16)
		f.prog.tasks[1] = way
		at := slices.Index(f.run(knotPolicySurw, seed, uint32(seed)), 1)
		if seed >= 50 {
			counts[fmt.Sprint(at)]++
		}
	}
	uniform(t, "one of five ways", counts, ways+1)
}

// Among two primitives each run picks one or both; orders on the one picked stay uniform, so none is rare.
func TestSURWPicksPrimitives(t *testing.T) {
	prog := tasks(slices.Concat(private(9), writes(8, 2), writes(9, 2)), slices.Concat(writes(9, 2), private(9), writes(8, 2)))
	f := newFake(prog)
	for _, addr := range []uintptr{8, 9} {
		const runs = 30000
		got := orders(f, knotPolicySurw, runs, addr)
		for _, o := range []string{"aabb", "abab", "abba", "baab", "baba", "bbaa"} {
			// a third of the runs is about this primitive alone
			if float64(got[o]) < runs/3/6*0.9 {
				t.Errorf("primitive %d: order %s %d times", addr, o, got[o])
			}
		}
	}
}

// bounded enumerates the schedules of at most d delays: a queue, whose head runs until it ends or is delayed.
func bounded(queue []int, left []int, d int, trace []int, out map[string]bool) {
	if len(queue) == 0 {
		out[fmt.Sprint(trace)] = true
		return
	}
	if d > 0 {
		bounded(append(slices.Clone(queue[1:]), queue[0]), left, d-1, trace, out)
	}
	q, l := slices.Clone(queue), slices.Clone(left)
	l[q[0]]--
	tr := append(slices.Clone(trace), q[0])
	if l[q[0]] == 0 {
		q = q[1:]
	}
	bounded(q, l, d, tr, out)
}

func TestDelayBounded(t *testing.T) {
	f := newFake(tasks(private(4), private(2), private(3)))
	knot.req.stepsHint = 9
	for d := 0; d <= 3; d++ {
		want, got := map[string]bool{}, map[string]bool{}
		bounded([]int{0, 1, 2}, []int{4, 2, 3}, d, nil, want)
		knot.req.depth = uint32(d)
		for seed := range uint64(40000) {
			got[fmt.Sprint(f.run(knotPolicyDelay, seed, 0))] = true
		}
		for tr := range got {
			if !want[tr] {
				t.Errorf("%d delays: %s needs more", d, tr)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d delays: %d schedules of %d", d, len(got), len(want))
		}
	}
}

// Under every policy: an order that is possible is kept, one that is not is given up, nobody is lost.
func TestChains(t *testing.T) {
	prog := tasks(private(6), private(6), private(6))
	f := newFake(prog)
	knot.req.depth, knot.req.stepsHint = 3, 18
	defer func() { knot.req.chainLen = 0 }()
	el := func(task int, site uint32) knotShmChainOp {
		return knotShmChainOp{gpath: uint64(task) + 100, site: site}
	}
	for _, policy := range all {
		for seed := range uint64(2000) {
			knot.req.chain[0], knot.req.chain[1], knot.req.chain[2] = el(2, 4), el(0, 2), el(1, 3)
			knot.req.chainLen = 3
			tr := f.run(policy, seed, uint32(seed))
			if len(tr) != 18 || knot.chainPos != 3 || !happens(tr, [2]int{2, 3}, [2]int{0, 1}, [2]int{1, 2}) {
				t.Fatalf("%s: chain not kept: %v", knotPolicies[policy].name, tr)
			}
			knot.req.chain[0], knot.req.chain[1] = el(0, 5), el(0, 2)
			knot.req.chainLen = 2
			if tr = f.run(policy, seed, uint32(seed+1)); len(tr) != 18 || knot.chainOn && knot.chainPos == 0 {
				t.Fatalf("%s: impossible chain: %v", knotPolicies[policy].name, tr)
			}
		}
	}
}

// The elements of a chain are to be neighbours half of the time, not only in order.
func TestChainElementsAreNeighbours(t *testing.T) {
	const runs = 20000
	f := newFake(tasks(private(20), private(2), private(20), private(20)))
	defer func() { knot.req.chainLen = 0 }()
	knot.req.chain[0] = knotShmChainOp{gpath: 100, site: 9}
	knot.req.chain[1] = knotShmChainOp{gpath: 101, site: 1}
	knot.req.chainLen = 2
	hits := 0
	for seed := range uint64(runs) {
		tr := f.run(knotPolicyRandom, seed, 0)
		i := slices.Index(tr, 1)
		n := 0
		for _, task := range tr[:i] {
			if task == 0 {
				n++
			}
		}
		if tr[i-1] == 0 && n == 9 {
			hits++
		}
	}
	// Else the walk takes it, one of three or four.
	if p := float64(hits) / runs; p < 0.6 || p > 0.7 {
		t.Errorf("neighbours in %.3f of the runs", p)
	}
}

// Every run of every policy executes every operation, with thousands of goroutines too, and repeats by its seed.
func TestEveryoneRuns(t *testing.T) {
	var ts [][]instr
	for i := range 3000 {
		ts = append(ts, slices.Concat(private(i%3), writes(uintptr(8+i%7), 2), on(knotOpAtomicLoad, 8, i%2), on(knotOpYield, 0, 1)))
	}
	n := 0
	for _, is := range ts {
		n += len(is)
	}
	f := newFake(tasks(ts...))
	knot.req.depth, knot.req.stepsHint = 4, uint32(n)
	for _, policy := range all {
		f.run(policy, 1, 0)
		one := slices.Clone(f.run(policy, 2, 1))
		if len(one) != n {
			t.Fatalf("%s: %d of %d steps", knotPolicies[policy].name, len(one), n)
		}
		f.run(policy, 1, 0)
		if !slices.Equal(one, f.run(policy, 2, 1)) {
			t.Fatalf("%s: not the same again", knotPolicies[policy].name)
		}
	}
}
