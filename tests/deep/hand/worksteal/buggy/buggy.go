// SPDX-License-Identifier: BSD-2-Clause

// Package worksteal has a deque of jobs: its owner takes from the bottom, thieves take half from the top.
//
// The owner takes without a swap while the deque holds more than one job, which is right when thieves take one
// at a time. A thief that takes several has decided on them by the bottom it saw; by the time it swaps the top
// the owner may have come down among them. A job taken twice is noticed by its started flag, unless the owner
// is still on the way from taking it to setting the flag when the thief comes to it. Then it runs twice and is
// done twice.
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
	jobs        []job
	top, bottom atomic.Int64
	left        sync.WaitGroup
}

// New returns a pool with n jobs in its deque.
func New(n int) *Pool {
	p := &Pool{jobs: make([]job, n)}
	p.bottom.Store(int64(n))
	p.left.Add(n)
	return p
}

// Own runs jobs from the bottom until none are left.
func (p *Pool) Own() {
	for {
		bottom := p.bottom.Load() - 1
		p.bottom.Store(bottom)
		top := p.top.Load()
		switch {
		case top < bottom:
			p.run(bottom)
			continue
		case top == bottom && p.top.CompareAndSwap(top, top+1):
			p.run(bottom)
		}
		return
	}
}

// Steal takes half of the jobs, once, and runs them.
func (p *Pool) Steal() {
	top := p.top.Load()
	bottom := p.bottom.Load()
	half := (bottom - top + 1) / 2
	if half > 0 && p.top.CompareAndSwap(top, top+half) {
		for i := top; i < top+half; i++ {
			p.run(i)
		}
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
