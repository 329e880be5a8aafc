// SPDX-License-Identifier: BSD-2-Clause

// Package reload is a server that can load its configuration anew while it runs, and be shut down.
//
// Reload counts itself as under way and then looks for a shutdown. Shutdown raises its flag and then waits for
// those that are under way, so one of the two sees the other.
package reload

import (
	"sync"
	"sync/atomic"
)

type listeners struct {
	stop chan struct{}
	once sync.Once
}

func listen(n int) *listeners {
	l := &listeners{stop: make(chan struct{})}
	for range n {
		go func() { <-l.stop }()
	}
	return l
}

func (l *listeners) close() { l.once.Do(func() { close(l.stop) }) }

// Server listens.
type Server struct {
	current  atomic.Pointer[listeners]
	closing  atomic.Bool
	reloads  atomic.Int64
	idle     *sync.Cond
	mu       sync.Mutex
	messages []string
}

// New starts a server.
func New() *Server {
	s := &Server{}
	s.idle = sync.NewCond(&s.mu)
	s.current.Store(listen(2))
	return s
}

// Reload goes on with a configuration of n listeners.
func (s *Server) Reload(n int) {
	s.log("reload")
	s.reloads.Add(1)
	if !s.closing.Load() {
		s.current.Swap(listen(n)).close()
	}
	s.mu.Lock()
	s.reloads.Add(-1)
	s.idle.Broadcast()
	s.mu.Unlock()
}

// Shutdown stops the listeners.
func (s *Server) Shutdown() {
	s.closing.Store(true)
	for range clients {
		s.log("goodbye")
	}
	s.mu.Lock()
	for s.reloads.Load() > 0 {
		s.idle.Wait()
	}
	s.mu.Unlock()
	for range clients {
		s.log("closed")
	}
	s.current.Load().close()
}

func (s *Server) log(message string) {
	s.mu.Lock()
	s.messages = append(s.messages, message)
	s.mu.Unlock()
}
