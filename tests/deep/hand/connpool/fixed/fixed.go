// SPDX-License-Identifier: BSD-2-Clause

// Package connpool hands out a limited number of connections, dials when there is room, and can be closed.
//
// Whether the pool is closed is decided under its lock. Close wakes all who wait, and from then on nobody does.
package connpool

import (
	"errors"
	"sync"
	"sync/atomic"
)

// ErrClosed is returned by Get.
var ErrClosed = errors.New("pool is closed")

// Conn is a connection.
type Conn struct{ sent atomic.Int64 }

// Send uses the connection.
func (c *Conn) Send(packets int) {
	for range packets {
		c.sent.Add(1)
	}
}

// Pool is a pool of connections.
type Pool struct {
	closed  atomic.Bool
	mu      sync.Mutex
	room    int
	free    []*Conn
	waiting []chan *Conn
	statsMu sync.Mutex
	stats   map[string]int
}

// New returns a pool of at most n connections.
func New(n int) *Pool {
	return &Pool{room: n, stats: make(map[string]int)}
}

// Get waits for a connection.
func (p *Pool) Get() (*Conn, error) {
	p.mu.Lock()
	if p.closed.Load() {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	if n := len(p.free); n > 0 {
		c := p.free[n-1]
		p.free = p.free[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	if p.room > 0 {
		p.room--
		p.mu.Unlock()
		p.count("dialled")
		return &Conn{}, nil
	}
	turn := make(chan *Conn, 1)
	p.waiting = append(p.waiting, turn)
	p.mu.Unlock()
	if c := <-turn; c != nil {
		return c, nil
	}
	return nil, ErrClosed
}

// Put gives a connection back.
func (p *Pool) Put(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed.Load():
		p.room++
	case len(p.waiting) > 0:
		p.waiting[0] <- c
		p.waiting = p.waiting[1:]
	default:
		p.free = append(p.free, c)
	}
}

// Close ends the pool: those who wait are told, connections that are out go when they come back.
func (p *Pool) Close() {
	p.closed.Store(true)
	for _, what := range counters {
		p.count(what)
	}
	p.mu.Lock()
	for _, turn := range p.waiting {
		turn <- nil
	}
	p.waiting = nil
	p.room += len(p.free)
	p.free = nil
	p.mu.Unlock()
}

func (p *Pool) count(what string) {
	p.statsMu.Lock()
	p.stats[what]++
	p.statsMu.Unlock()
}
