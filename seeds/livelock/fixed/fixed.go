// SPDX-License-Identifier: BSD-2-Clause

// Package livelock is the repaired twin: a mutex decides who passes first.
package livelock

import (
	"sync"
	"sync/atomic"
)

// Road is wide enough for one.
type Road struct {
	mu     sync.Mutex
	wants  [2]atomic.Bool
	passed atomic.Int32
}

// Pass takes the road from one side, 0 or 1.
func (r *Road) Pass(side int) {
	r.wants[side].Store(true)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.passed.Add(1)
	r.wants[side].Store(false)
}

// Passed returns how many got through.
func (r *Road) Passed() int {
	return int(r.passed.Load())
}
