// SPDX-License-Identifier: BSD-2-Clause

// Package twophase commits a transaction on three stores, in two phases, and tries again when it is cancelled.
//
// A vote tells which store it is from, and not which attempt it is for. The coordinator throws away the votes
// that have come in when it gives an attempt up; one that comes later is counted for the next attempt. When
// that store votes no there, its old yes may complete the count before.
package twophase

import (
	"fmt"
	"sync"
)

type kind int

const (
	prepare kind = iota
	abort
	commit
	stop
)

type vote struct {
	store int
	yes   bool
}

// Store is one participant.
type Store struct {
	id    int
	inbox chan kind
	mu    sync.Mutex
	owner string
	log   []string
}

func (s *Store) serve(votes chan<- vote, failed chan<- error) {
	prepared := false
	for message := range s.inbox {
		switch message {
		case prepare:
			prepared = s.acquire("transaction")
			s.write("prepare")
			votes <- vote{s.id, prepared}
		case commit:
			if !prepared {
				failed <- fmt.Errorf("store %d is to commit what it has not prepared", s.id)
			}
			fallthrough
		case abort:
			if prepared {
				s.release()
			}
			prepared = false
		case stop:
			return
		}
	}
}

func (s *Store) write(record string) {
	s.mu.Lock()
	s.log = append(s.log, record)
	s.mu.Unlock()
}

func (s *Store) acquire(owner string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.owner != "" {
		return false
	}
	s.owner = owner
	return true
}

func (s *Store) release() {
	s.mu.Lock()
	s.owner = ""
	s.mu.Unlock()
}

// Compact is work of a store's own, which it puts off when a transaction is on.
func (s *Store) Compact() {
	if !s.acquire("compaction") {
		return
	}
	for range 4 {
		s.write("compact")
	}
	s.release()
}

// Coordinator has the stores and their votes.
type Coordinator struct {
	Stores  []*Store
	votes   chan vote
	mu      sync.Mutex
	journal []string
}

// Start starts the stores. They tell of what must not happen through failed.
func Start(n int, failed chan<- error) (*Coordinator, *sync.WaitGroup) {
	c := &Coordinator{votes: make(chan vote, 2*n)}
	var stores sync.WaitGroup
	for id := range n {
		s := &Store{id: id, inbox: make(chan kind, 8)}
		c.Stores = append(c.Stores, s)
		stores.Add(1)
		go func() {
			defer stores.Done()
			s.serve(c.votes, failed)
		}()
	}
	return c, &stores
}

// Commit tells whether the transaction was committed. A cancelled first attempt is followed by a second.
func (c *Coordinator) Commit(cancel <-chan struct{}) bool {
	defer c.tell(stop)
	done, ok := c.attempt(cancel)
	if !done {
		c.forget()
		_, ok = c.attempt(nil)
	}
	return ok
}

func (c *Coordinator) attempt(cancel <-chan struct{}) (done, ok bool) {
	c.tell(prepare)
	for range c.Stores {
		select {
		case v := <-c.votes:
			if !v.yes {
				c.tell(abort)
				return true, false
			}
		case <-cancel:
			c.tell(abort)
			for range records {
				c.note("cancelled")
			}
			return false, false
		}
	}
	c.tell(commit)
	return true, true
}

// forget throws away the votes for an attempt that was given up.
func (c *Coordinator) forget() {
	for {
		select {
		case <-c.votes:
		default:
			return
		}
	}
}

func (c *Coordinator) note(line string) {
	c.mu.Lock()
	c.journal = append(c.journal, line)
	c.mu.Unlock()
}

func (c *Coordinator) tell(message kind) {
	for _, s := range c.Stores {
		s.inbox <- message
	}
}
