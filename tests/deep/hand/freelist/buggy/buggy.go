// SPDX-License-Identifier: BSD-2-Clause

// Package freelist is a pool of buffers behind a lock-free list of the free ones.
//
// ABA: get loads the head, then the one below it, and swaps the head. In between another goroutine may take
// the head, take the one below, and give the first back. The swap still succeeds, since the head is what it was,
// and makes a buffer the head that is in use. Whoever comes next shares it.
package freelist

import (
	"fmt"
	"sync/atomic"
)

const none = -1

// Pool has a fixed number of buffers, named by their index.
type Pool struct {
	head  atomic.Int32
	below []atomic.Int32
	users []atomic.Int32
	bytes atomic.Int64
}

// New makes a pool of n buffers, all of them free.
func New(n int) *Pool {
	p := &Pool{below: make([]atomic.Int32, n), users: make([]atomic.Int32, n)}
	p.head.Store(none)
	for i := range n {
		p.put(int32(i))
	}
	return p
}

func (p *Pool) get() int32 {
	for {
		head := p.head.Load()
		if head == none {
			return none
		}
		below := p.below[head].Load()
		if p.head.CompareAndSwap(head, below) {
			return head
		}
	}
}

func (p *Pool) put(buffer int32) {
	for {
		head := p.head.Load()
		p.below[buffer].Store(head)
		if p.head.CompareAndSwap(head, buffer) {
			return
		}
	}
}

// Join copies a body behind a header. There are free buffers for all callers.
func (p *Pool) Join() error {
	header := p.get()
	if err := p.write(header); err != nil {
		return err
	}
	body := p.get()
	if err := p.write(body); err != nil {
		return err
	}
	p.put(header)
	err := p.write(body)
	p.put(body)
	return err
}

func (p *Pool) write(buffer int32) error {
	if n := p.users[buffer].Add(1); n > 1 {
		return fmt.Errorf("buffer %d has %d users", buffer, n)
	}
	for range chunks {
		p.bytes.Add(512)
	}
	p.users[buffer].Add(-1)
	return nil
}
