// SPDX-License-Identifier: BSD-2-Clause

// Package slots lends a few slots to many users, and takes back those of users that are not heard of any more.
//
// It has a bug: who comes back after that gives back the lease of somebody else, whose slot then has two users.
package slots

import (
	"sync/atomic"
	"time"
)

// Patience is how many times in a row a lease may be looked at before it is over.
const Patience = 6

// Slot is what is lent.
type Slot struct {
	lease atomic.Pointer[Lease] // the last one
}

// Lease is one user's turn.
type Lease struct {
	Slot  *Slot
	looks int
	over  atomic.Bool // given back, or taken
}

// Pool lends slots.
type Pool struct {
	free chan *Slot
	lent chan *Lease
	stop chan struct{}
	done chan struct{}
}

// New makes a pool of n slots whose leases are looked at every so often.
func New(n int, every time.Duration) *Pool {
	p := &Pool{
		free: make(chan *Slot, 2*n),
		lent: make(chan *Lease, 2*n),
		stop: make(chan struct{}),
		done: make(chan struct{}),
	}
	for range n {
		p.free <- new(Slot)
	}
	go p.sweep(every)
	return p
}

// Get waits for a slot.
func (p *Pool) Get() *Lease {
	l := &Lease{Slot: <-p.free}
	if last := l.Slot.lease.Swap(l); last != nil && !last.over.Load() {
		panic("a slot has two users")
	}
	p.lent <- l
	return l
}

// Put gives the slot back, unless it has been taken back.
func (p *Pool) Put(l *Lease) {
	select {
	case other := <-p.lent: // which need not be l
		l.over.Store(true)
		p.free <- other.Slot
	default:
	}
}

// Close ends the looking after.
func (p *Pool) Close() {
	close(p.stop)
	<-p.done
}

func (p *Pool) sweep(every time.Duration) {
	defer close(p.done)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.look()
		case <-p.stop:
			return
		}
	}
}

// look takes back what somebody has had for too long.
func (p *Pool) look() {
	select {
	case l := <-p.lent:
		l.looks++
		if l.looks < Patience {
			p.lent <- l
			return
		}
		l.over.Store(true)
		p.free <- l.Slot
	default:
	}
}
