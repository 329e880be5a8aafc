// SPDX-License-Identifier: BSD-2-Clause

// Package negativewg is the repaired twin: looking and marking are one critical section.
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
	j.ended = true
	j.mu.Unlock()
	if ended {
		return
	}
	j.wg.Done()
}

// Wait returns when the job has ended.
func (j *Job) Wait() {
	j.wg.Wait()
}
