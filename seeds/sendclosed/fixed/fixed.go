// SPDX-License-Identifier: BSD-2-Clause

// Package sendclosed is the repaired twin: the send is made under the lock, and has room in the
// channel.
package sendclosed

import "sync"

// Topic has one subscriber.
type Topic struct {
	mu       sync.Mutex
	closed   bool
	messages chan string
}

// New returns an open topic with room for n messages.
func New(n int) *Topic {
	return &Topic{messages: make(chan string, n)}
}

// Publish tells whether the message was accepted. The caller does not send more than there is room for.
func (p *Topic) Publish(message string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.messages <- message
	return true
}

// Close ends the topic.
func (p *Topic) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	close(p.messages)
}

// Drain receives until the topic is closed.
func (p *Topic) Drain() int {
	n := 0
	for range p.messages {
		n++
	}
	return n
}
