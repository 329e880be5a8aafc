// SPDX-License-Identifier: BSD-2-Clause

// Package closerace stops a session from two sides. Stop looks whether the channel is closed and
// closes it if not; two callers can both find it open.
package closerace

// Session ends when done is closed.
type Session struct {
	done chan struct{}
}

// New returns a running session.
func New() *Session {
	return &Session{done: make(chan struct{})}
}

// Stop may be called by either side.
func (s *Session) Stop() {
	select {
	case <-s.done:
	default:
		close(s.done)
	}
}

// Wait returns when the session has ended.
func (s *Session) Wait() {
	<-s.done
}
