// SPDX-License-Identifier: BSD-2-Clause

// Package hazard is a configuration that readers read without a lock and writers replace; hazard pointers tell
// when an old one may be cleared and used again.
//
// A reader loads the pointer, announces it, and looks again whether it is still the current one. If it is, the
// writer, who replaces first and looks at the announcements then, will see it.
package hazard

import (
	"fmt"
	"sync/atomic"
)

// Config has a checksum that is right unless it is cleared.
type Config struct {
	value, sum atomic.Int64
}

func (c *Config) set(value int64) {
	c.value.Store(value)
	c.sum.Store(value + 1)
}

// Domain is one configuration with its readers.
type Domain struct {
	current atomic.Pointer[Config]
	hazards []atomic.Pointer[Config]
	retired []*Config // the writer's
}

// New returns a domain for so many readers.
func New(readers int) *Domain {
	d := &Domain{hazards: make([]atomic.Pointer[Config], readers)}
	first := &Config{}
	first.set(1)
	d.current.Store(first)
	return d
}

// Read returns the current value.
func (d *Domain) Read(reader int) (int64, error) {
	var c *Config
	for c == nil || c != d.current.Load() {
		c = d.current.Load()
		d.hazards[reader].Store(c)
	}
	defer d.hazards[reader].Store(nil)
	value, sum := c.value.Load(), c.sum.Load()
	if sum != value+1 {
		return 0, fmt.Errorf("reader %d: %d has the checksum %d", reader, value, sum)
	}
	return value, nil
}

// Replace makes a new configuration the current one. There is one writer.
func (d *Domain) Replace(value int64) {
	next := &Config{}
	next.set(value)
	d.retired = append(d.retired, d.current.Swap(next))
	if len(d.retired) >= batch {
		d.scan()
	}
}

func (d *Domain) scan() {
	var kept []*Config
	for _, c := range d.retired {
		if d.announced(c) {
			kept = append(kept, c)
		} else {
			c.value.Store(0)
			c.sum.Store(0)
		}
	}
	d.retired = kept
}

func (d *Domain) announced(c *Config) bool {
	for i := range d.hazards {
		if d.hazards[i].Load() == c {
			return true
		}
	}
	return false
}
