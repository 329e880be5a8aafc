// SPDX-License-Identifier: BSD-2-Clause

// Package deepchain is the repaired twin: Replay calls the half of Evict that expects the lock to
// be held. Late renewals, up to three of them, remain possible and legal; the buggy twin explains
// them.
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
		t.evict(tenant)
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
