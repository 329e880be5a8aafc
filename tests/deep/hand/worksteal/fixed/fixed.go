// SPDX-License-Identifier: BSD-2-Clause

// Package worksteal has a deque of jobs: its owner takes from the bottom, thieves take half from the top.
//
// Who takes and how many is decided under a lock.
package worksteal

import (
	"sync"
	"sync/atomic"
)

type job struct {
	started atomic.Bool
	result  atomic.Int64
}

// Pool is the deque of one owner.
type Pool struct {
	mu          sync.Mutex
	jobs        []job
	top, bottom int64
	left        sync.WaitGroup
}

// New returns a pool with n jobs in its deque.
func New(n int) *Pool {
	p := &Pool{jobs: make([]job, n), bottom: int64(n)}
	p.left.Add(n)
	return p
}

// Own runs jobs from the bottom until none are left.
func (p *Pool) Own() {
	for {
		p.mu.Lock()
		if p.top == p.bottom {
			p.mu.Unlock()
			return
		}
		p.bottom--
		mine := p.bottom
		p.mu.Unlock()
		p.run(mine)
	}
}

// Steal takes half of the jobs, once, and runs them.
func (p *Pool) Steal() {
	p.mu.Lock()
	top := p.top
	half := (p.bottom - top + 1) / 2
	p.top += half
	p.mu.Unlock()
	for i := top; i < top+half; i++ {
		p.run(i)
	}
}

func (p *Pool) run(i int64) {
	j := &p.jobs[i]
	if j.started.Load() {
		return
	}
	j.started.Store(true)
	for n := range steps {
		j.result.Add(int64(n))
	}
	p.left.Done()
}

// Wait waits until all jobs are done.
func (p *Pool) Wait() { p.left.Wait() }
