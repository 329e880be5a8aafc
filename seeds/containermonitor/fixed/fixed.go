// SPDX-License-Identifier: BSD-2-Clause

// Package containermonitor is the repaired twin: the stop message has room in the channel, so that
// sending it under the lock cannot block.
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
	return &Container{status: "running", stopped: make(chan struct{}, 1)}
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
