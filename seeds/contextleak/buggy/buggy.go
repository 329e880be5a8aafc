// SPDX-License-Identifier: BSD-2-Clause

// Package contextleak is a service that keeps the cancel function of its watcher for Stop. A Stop
// that overtakes Start finds nothing to cancel, and the watcher started afterwards waits on a
// context that nobody ends.
package contextleak

import (
	"context"
	"sync"
)

// Service watches something until it is stopped.
type Service struct {
	mu     sync.Mutex
	cancel context.CancelFunc
	ended  int
}

// Start starts the watcher.
func (s *Service) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
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
	if s.cancel != nil {
		s.cancel()
	}
}
