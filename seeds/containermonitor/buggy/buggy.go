// SPDX-License-Identifier: BSD-2-Clause

// Package containermonitor is the Docker container monitor of GOAT's Listing 1 (IISWC 2021), in
// our words.
//
// The monitor polls a channel; when nothing is there it takes the container's lock to refresh the
// status. The other side sends on that channel under the same lock. If it gets the lock after the
// monitor's poll came back empty and before the monitor locks, each waits for the other.
//
// Unlike the listing, the monitor polls a bounded number of times and then simply waits, so that
// no schedule keeps it spinning.
package containermonitor

import "sync"

const polls = 3

// Container is watched by one monitor and stopped once.
type Container struct {
	mu      sync.Mutex
	status  string
	checked int
	stopped chan struct{}
}

// New returns a running container.
func New() *Container {
	return &Container{status: "running", stopped: make(chan struct{})}
}

// Monitor refreshes the status until the container has stopped.
func (c *Container) Monitor() {
	for i := 0; i < polls; i++ {
		select {
		case <-c.stopped:
			return
		default:
			c.mu.Lock()
			c.checked++
			c.mu.Unlock()
		}
	}
	<-c.stopped
}

// Stop changes the status and tells the monitor.
func (c *Container) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = "stopped"
	c.stopped <- struct{}{}
}
