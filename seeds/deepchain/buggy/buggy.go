// SPDX-License-Identifier: BSD-2-Clause

// Package deepchain has a bug that blind search does not find and that a search over scheduling
// chains climbs to.
//
// A table of leases goes on to its next generation: Rotate seals some segments, raises the
// generation, flushes every segment, and only then writes "rotated" to the journal. Renew loads
// the generation and then writes "renewed" with it to the journal. Replay believes the journal's
// order, so a renewal whose generation was loaded before the rotation and which stands behind
// "rotated" in the journal is late. Late renewals are legal. The first gets the spare lease, the
// second queues, the third is evicted; and Evict, written for callers without the lock, takes the
// lock that Replay holds. Replay never returns.
//
// So all three tenants have to be held between loading the generation and writing it down, through
// the whole flush.
//
// Blind search. A late tenant has done its load before the generation is raised, and its next step
// is its send. From there Rotate makes 2*segments+1 = 801 steps, its own send the last, and the
// tenant must not be chosen once. In a uniform random walk each choice between these two is a fair
// coin, whoever else is runnable: at most 2^-801 for one tenant, and the bug needs three. A
// million runs do not even show the first late renewal.
//
// PCT. Every late tenant costs a change point of its own, at one exact step. When it did its load
// it was above all that was runnable, Rotate's goroutine among them, since that one never blocks
// before its own send. The tenant does not block either between load and send, and yet Rotate ran
// past it: so it was lowered in between. With d=3 there are two change points for three tenants:
// probability zero. With d=4 it is at most 3!/k^3, about 1e-8 for k=850 steps.
//
// Chains. Nothing but sends comes between on the journal, so plain runs show the pairs (tenant i
// sends, Rotate sends) and (tenant i sends, tenant j sends). The first one flipped, [Rotate, i],
// is possible, takes effect, and shows the operations of the first late renewal. With the second
// appended, [Rotate, i, j], those of the second late renewal come up, and [Rotate, i, j, k] is the
// bug: one flip and two appends, each rewarded by pairs never seen before. Drawn blindly it would
// take one of a handful among the 16^4 chains of four that plain runs offer.
//
// SURW. Where the journal is drawn as what is of interest, the flush does not count: a few dozen runs.
package deepchain

import (
	"sync"
	"sync/atomic"
)

const (
	sealed   = 8
	segments = 400
)

type kind int

const (
	renewed kind = iota
	rotated
)

type entry struct {
	kind   kind
	tenant int
	gen    int64
}

// segment is a part of the table on disk.
type segment struct {
	mu     sync.Mutex
	sealed bool
	gen    int64
}

// Table is a table of leases with a journal.
type Table struct {
	gen      atomic.Int64
	segments [segments]segment
	journal  chan entry

	leases  sync.Mutex
	granted int
	late    int
	evicted []int

	spareMu sync.Mutex
	spare   int
	quotaMu sync.Mutex
	quota   int
	queueMu sync.Mutex
	queue   []int
	alarmMu sync.Mutex
	alarm   bool
	auditMu sync.Mutex
	audit   []string
}

// New returns a table whose journal has room for n entries: with no more than that, writing never blocks.
func New(n int) *Table {
	return &Table{journal: make(chan entry, n), spare: -1, quota: 1}
}

// Renew asks for the tenant's lease to go on in the current generation.
func (t *Table) Renew(tenant int) {
	gen := t.gen.Load()
	t.journal <- entry{kind: renewed, tenant: tenant, gen: gen}
}

// Rotate begins a new generation.
func (t *Table) Rotate() {
	for i := 0; i < sealed; i++ {
		t.segments[i].seal()
	}
	gen := t.gen.Add(1)
	for i := range t.segments {
		t.segments[i].flush(gen)
	}
	t.journal <- entry{kind: rotated, gen: gen}
}

func (s *segment) seal() {
	s.mu.Lock()
	s.sealed = true
	s.mu.Unlock()
}

func (s *segment) flush(gen int64) {
	s.mu.Lock()
	s.gen = gen
	s.mu.Unlock()
}

// Replay applies the next n entries of the journal.
func (t *Table) Replay(n int) (granted, late int) {
	current := int64(0)
	for i := 0; i < n; i++ {
		e := <-t.journal
		t.leases.Lock()
		switch {
		case e.kind == rotated:
			current = e.gen
		case e.gen < current:
			t.regrant(e.tenant)
		default:
			t.granted++
		}
		t.leases.Unlock()
	}
	return t.granted, t.late
}

// regrant handles a late renewal. The caller holds t.leases.
func (t *Table) regrant(tenant int) {
	t.late++
	switch t.late {
	case 1:
		t.giveSpare(tenant)
	case 2:
		t.enqueue(tenant)
	default:
		t.Evict(tenant)
	}
}

func (t *Table) giveSpare(tenant int) {
	t.spareMu.Lock()
	t.spare = tenant
	t.spareMu.Unlock()
	t.quotaMu.Lock()
	t.quota--
	t.quotaMu.Unlock()
	t.auditMu.Lock()
	t.audit = append(t.audit, "spare")
	t.auditMu.Unlock()
}

func (t *Table) enqueue(tenant int) {
	t.queueMu.Lock()
	t.queue = append(t.queue, tenant)
	t.queueMu.Unlock()
	t.alarmMu.Lock()
	t.alarm = true
	t.alarmMu.Unlock()
	t.auditMu.Lock()
	t.audit = append(t.audit, "queue")
	t.auditMu.Unlock()
}

// Evict takes the tenant's lease away.
func (t *Table) Evict(tenant int) {
	t.leases.Lock()
	defer t.leases.Unlock()
	t.evict(tenant)
}

func (t *Table) evict(tenant int) {
	t.evicted = append(t.evicted, tenant)
}
