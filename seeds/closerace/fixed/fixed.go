// SPDX-License-Identifier: BSD-2-Clause

// Package closerace is the repaired twin: a sync.Once closes the channel.
package closerace

import "sync"

// Session ends when done is closed.
type Session struct {
	done chan struct{}
	once sync.Once
}

// New returns a running session.
func New() *Session {
	return &Session{done: make(chan struct{})}
}

// Stop may be called by either side.
func (s *Session) Stop() {
	s.once.Do(func() { close(s.done) })
}

// Wait returns when the session has ended.
func (s *Session) Wait() {
	<-s.done
}
