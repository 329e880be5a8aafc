// SPDX-License-Identifier: BSD-2-Clause

// Package negativewg has a job that either completes or is cancelled. Both ways look whether it is
// still running and mark it ended in two separate critical sections, so both can count it off: the
// counter goes below zero.
package negativewg

import "sync"

// Job is waited for until it completes or is cancelled.
type Job struct {
	wg    sync.WaitGroup
	mu    sync.Mutex
	ended bool
}

// Start counts the job in.
func Start() *Job {
	j := new(Job)
	j.wg.Add(1)
	return j
}

// End may be called for completion and for cancellation.
func (j *Job) End() {
	j.mu.Lock()
	ended := j.ended
	j.mu.Unlock()
	if ended {
		return
	}
	j.mu.Lock()
	j.ended = true
	j.mu.Unlock()
	j.wg.Done()
}

// Wait returns when the job has ended.
func (j *Job) Wait() {
	j.wg.Wait()
}
