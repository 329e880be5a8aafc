// SPDX-License-Identifier: BSD-2-Clause

// Package pipeline is the repaired twin: stopping closes a channel that the generator selects on
// beside its send.
package pipeline

import "sync"

// Source generates numbers until it is stopped.
type Source struct {
	mu      sync.Mutex
	stopped bool
	numbers chan int
	done    chan struct{}
}

// New returns a source that nobody has started.
func New() *Source {
	return &Source{numbers: make(chan int), done: make(chan struct{})}
}

// Generate sends 0, 1, ... n-1.
func (s *Source) Generate(n int) {
	defer close(s.numbers)
	for i := 0; i < n && !s.isStopped(); i++ {
		select {
		case s.numbers <- i:
		case <-s.done:
			return
		}
	}
}

func (s *Source) isStopped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

func (s *Source) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	close(s.done)
}

// Find consumes until a number is at least the limit.
func (s *Source) Find(limit int) int {
	for i := range s.numbers {
		if i >= limit {
			s.stop()
			return i
		}
	}
	return -1
}
