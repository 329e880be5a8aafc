// SPDX-License-Identifier: BSD-2-Clause

// Package freelist is a pool of buffers behind a lock-free list of the free ones.
//
// The head carries a count of the changes, so that a swap fails when the head has been away and come back.
package freelist

import (
	"fmt"
	"sync/atomic"
)

const none = -1

// The upper half counts.
func pack(buffer int32, changes int64) int64 { return changes<<32 | int64(uint32(buffer)) }

func unpack(head int64) (buffer int32, changes int64) { return int32(head), head >> 32 }

// Pool has a fixed number of buffers, named by their index.
type Pool struct {
	head  atomic.Int64
	below []atomic.Int32
	users []atomic.Int32
	bytes atomic.Int64
}

// New makes a pool of n buffers, all of them free.
func New(n int) *Pool {
	p := &Pool{below: make([]atomic.Int32, n), users: make([]atomic.Int32, n)}
	p.head.Store(pack(none, 0))
	for i := range n {
		p.put(int32(i))
	}
	return p
}

func (p *Pool) get() int32 {
	for {
		old := p.head.Load()
		head, changes := unpack(old)
		if head == none {
			return none
		}
		below := p.below[head].Load()
		if p.head.CompareAndSwap(old, pack(below, changes+1)) {
			return head
		}
	}
}

func (p *Pool) put(buffer int32) {
	for {
		old := p.head.Load()
		head, changes := unpack(old)
		p.below[buffer].Store(head)
		if p.head.CompareAndSwap(old, pack(buffer, changes+1)) {
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
