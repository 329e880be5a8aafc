// SPDX-License-Identifier: BSD-2-Clause

// Package deepchain is the repaired twin: Replay calls the half of Evict that expects the lock to
// be held. Late renewals, up to three of them, remain possible and legal; the buggy twin explains
// them.
package deepchain

import "sync"

const (
	warmup   = 8
	segments = 120
)

type kind int

const (
	renewed kind = iota
	rotated
)

type entry struct {
	kind   kind
	tenant int
	gen    int
}

// segment is a part of the table on disk.
type segment struct {
	mu     sync.Mutex
	sealed bool
	gen    int
}

// Table is a table of leases with a journal.
type Table struct {
	mu       sync.RWMutex
	gen      int
	segments [segments]segment
	journal  chan entry

	leases  sync.Mutex
	granted int
	late    int
	evicted []int

	spareMu sync.Mutex
	spare   int
	queueMu sync.Mutex
	queue   []int
}

// New returns a table whose journal has room for n entries, so that writing to it never blocks.
func New(n int) *Table {
	return &Table{journal: make(chan entry, n), spare: -1}
}

// Renew asks for the tenant's lease to go on in the current generation.
func (t *Table) Renew(tenant int) {
	t.mu.RLock()
	gen := t.gen
	t.mu.RUnlock()
	t.journal <- entry{kind: renewed, tenant: tenant, gen: gen}
}

// Rotate begins a new generation.
func (t *Table) Rotate() {
	for i := 0; i < warmup; i++ {
		t.segments[i].seal()
	}
	t.mu.Lock()
	t.gen++
	gen := t.gen
	t.mu.Unlock()
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

func (s *segment) flush(gen int) {
	s.mu.Lock()
	s.gen = gen
	s.mu.Unlock()
}

// Replay closes the journal and applies it. Nobody may renew or rotate any more.
func (t *Table) Replay() (granted, late int) {
	close(t.journal)
	current := 0
	for e := range t.journal {
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
		t.spareMu.Lock()
		t.spare = tenant
		t.spareMu.Unlock()
	case 2:
		t.queueMu.Lock()
		t.queue = append(t.queue, tenant)
		t.queueMu.Unlock()
	default:
		t.evict(tenant)
	}
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
