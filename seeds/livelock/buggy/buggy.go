// SPDX-License-Identifier: BSD-2-Clause

// Package livelock has two workers on a narrow road. Each announces that it wants to pass and then
// gives way as long as the other has announced itself. If both announce before either looks, both
// spin from then on, whatever the schedule: every goroutine runs, none gets anywhere.
package livelock

import (
	"runtime"
	"sync/atomic"
)

// Road is wide enough for one.
type Road struct {
	wants  [2]atomic.Bool
	passed atomic.Int32
}

// Pass takes the road from one side, 0 or 1.
func (r *Road) Pass(side int) {
	r.wants[side].Store(true)
	for r.wants[1-side].Load() {
		runtime.Gosched()
	}
	r.passed.Add(1)
	r.wants[side].Store(false)
}

// Passed returns how many got through.
func (r *Road) Passed() int {
	return int(r.passed.Load())
}
