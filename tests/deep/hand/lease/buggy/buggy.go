// SPDX-License-Identifier: BSD-2-Clause

// Package lease gives one client at a time the right to write, for as long as it renews.
//
// Renew compares the epoch of the client's lease with the current one, writes the renewal to the journal, and
// only then enters the client as the holder. When the lease expires meanwhile, and another client gets it in the
// next epoch and begins to write, the renewal takes the lease back, and both write.
package lease

import (
	"fmt"
	"sync"
	"sync/atomic"
)

const nobody = 0

// Server has one lease.
type Server struct {
	mu      sync.Mutex
	holder  int
	epoch   int
	journal struct {
		sync.Mutex
		lines []string
	}
	writers atomic.Int64
	written atomic.Int64
}

func (s *Server) note(line string) {
	s.journal.Lock()
	s.journal.lines = append(s.journal.lines, line)
	s.journal.Unlock()
}

// Acquire gets the lease when it is free, and tells its epoch.
func (s *Server) Acquire(client int) (epoch int, ok bool) {
	s.note("acquire")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder != nobody {
		return 0, false
	}
	s.holder = client
	s.epoch++
	return s.epoch, true
}

// Renew keeps the lease.
func (s *Server) Renew(client, epoch int) {
	s.mu.Lock()
	current := s.epoch == epoch && s.holder == client
	s.mu.Unlock()
	if !current {
		return
	}
	s.note("renew")
	s.mu.Lock()
	s.holder = client
	s.mu.Unlock()
}

// Expire takes the lease away from whoever has it.
func (s *Server) Expire() {
	for range lines {
		s.note("sweep")
	}
	s.mu.Lock()
	if s.writers.Load() == 0 {
		s.holder = nobody
	}
	s.mu.Unlock()
}

// Write writes when the client holds the lease.
func (s *Server) Write(client int) error {
	s.note("write")
	s.mu.Lock()
	if s.holder != client {
		s.mu.Unlock()
		return nil
	}
	n := s.writers.Add(1)
	s.mu.Unlock()
	if n > 1 {
		return fmt.Errorf("client %d writes, and so do %d others", client, n-1)
	}
	s.written.Add(1)
	s.writers.Add(-1)
	return nil
}
