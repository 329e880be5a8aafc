// SPDX-License-Identifier: BSD-2-Clause

// Package contextleak is the repaired twin: Stop leaves a mark that Start obeys.
package contextleak

import (
	"context"
	"sync"
)

// Service watches something until it is stopped.
type Service struct {
	mu      sync.Mutex
	cancel  context.CancelFunc
	ended   int
	stopped bool
}

// Start starts the watcher.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.watch(ctx)
}

func (s *Service) watch(ctx context.Context) {
	<-ctx.Done()
	s.mu.Lock()
	s.ended++
	s.mu.Unlock()
}

// Stop ends the watcher.
func (s *Service) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	if s.cancel != nil {
		s.cancel()
	}
}
