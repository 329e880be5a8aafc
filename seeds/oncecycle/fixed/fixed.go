// SPDX-License-Identifier: BSD-2-Clause

// Package oncecycle is the repaired twin: the warm-up uses what has been loaded so far and leaves
// the Once alone.
package oncecycle

import "sync"

// Config is loaded on first use.
type Config struct {
	once   sync.Once
	mu     sync.Mutex
	primed bool
	warm   int
	value  int
}

// Prime fills the cache.
func (c *Config) Prime() {
	c.mu.Lock()
	c.primed = true
	c.mu.Unlock()
}

// Get loads the configuration on its first call.
func (c *Config) Get() int {
	c.once.Do(c.load)
	return c.value
}

func (c *Config) load() {
	c.value = 42
	ready := make(chan struct{})
	go c.warmUp(ready)
	<-ready
}

func (c *Config) warmUp(ready chan<- struct{}) {
	defer close(ready)
	c.mu.Lock()
	primed := c.primed
	c.mu.Unlock()
	if !primed {
		c.warm = c.value
	}
}
