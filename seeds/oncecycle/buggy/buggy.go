// SPDX-License-Identifier: BSD-2-Clause

// Package oncecycle loads a configuration once. Loading waits for a warm-up goroutine, and the
// warm-up asks for the configuration itself unless somebody has primed the cache by then. Then it
// waits for the Once that waits for it.
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
		c.warm = c.Get()
	}
}
