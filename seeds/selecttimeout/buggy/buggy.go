// SPDX-License-Identifier: BSD-2-Clause

// Package selecttimeout asks a worker and waits for its answer or a time-out. When the time-out
// wins, nobody is left to receive, and the worker blocks on the send for ever.
package selecttimeout

import (
	"errors"
	"sync"
	"time"
)

// ErrTimeout says that the answer was late.
var ErrTimeout = errors.New("timed out")

// Store answers questions slowly.
type Store struct {
	mu   sync.Mutex
	rows map[string]int
}

// New returns a store with one row.
func New() *Store {
	return &Store{rows: map[string]int{"answer": 42}}
}

func (s *Store) read(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows[key]
}

// Get returns the row, or ErrTimeout.
func (s *Store) Get(key string, limit time.Duration) (int, error) {
	result := make(chan int)
	go func() {
		result <- s.read(key)
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case v := <-result:
		return v, nil
	case <-timer.C:
		return 0, ErrTimeout
	}
}
