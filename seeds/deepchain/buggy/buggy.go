// SPDX-License-Identifier: BSD-2-Clause

// Package deepchain has a bug that blind search does not find and that a search over scheduling
// chains climbs to.
//
// A table of leases changes its generation: Rotate seals the segments, raises the generation under
// the lock, flushes every segment, and only then writes "rotated" to the journal. Renew reads the
// generation under the read lock and then writes "renew" with it to the journal. The journal's
// order is what Replay believes, so a renewal whose generation was read before the rotation and
// which stands behind "rotated" in the journal is late. Late renewals are legal. The first is
// given the spare, the second queues, and the third is evicted - and Evict, written for callers
// without the lock, takes the lock that Replay holds. Replay never returns.
//
// The bug needs all three tenants held between reading the generation and writing it down, through
// the whole flush.
//
// Blind search: let one tenant be late. When Rotate takes the lock that tenant has taken its read
// lock, and from then on it may be chosen at most once (for RUnlock; the next choice is its send)
// before Rotate has made all its steps up to and with its own send: an unlock, 2*segments and the
// send, 242. In a uniform random walk each choice between these two is a fair coin whoever else is
// runnable, so the probability is at most (1+242)/2^242, about 3e-71, for one tenant, and the bug
// needs three. Far below 1e-7: a million runs show not even the first late renewal.
//
// PCT: each late tenant costs a change point of its own, in a window of two steps. When the tenant
// took its read lock, it was above everything runnable. Rotate was runnable then, or it was not
// yet started and its starter was runnable; it was not blocked, for the only thing that blocks it
// is the write lock, and a tenant that comes while a writer waits is let in after it and reads the
// new generation. From its read lock to its send the tenant never blocks, and yet Rotate ran past
// it: so the tenant was lowered in between. With d=3 there are two change points for three
// tenants: probability zero. With d=4 and k=300 steps it is at most 3!*(2/300)^3, about 2e-6.
//
// Chains: the sends to the journal follow each other directly, so plain runs show the pairs
// (tenant i sends, Rotate sends) and (tenant i sends, tenant j sends). Flipping the first gives
// [Rotate sends, tenant i sends], which is possible, takes effect, and shows a new pair on the
// journal and the operations of the first late path. Augmenting by the second gives [Rotate, i, j]
// and the second late path, once more [Rotate, i, j, k] and the bug. That is one flip and two
// appends, each rewarded by pairs never seen before; a chain of four without the reward on the way
// is one guess among all the fours of some forty operations.
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
		t.Evict(tenant)
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
