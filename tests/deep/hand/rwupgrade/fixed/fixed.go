// SPDX-License-Identifier: BSD-2-Clause

// Package rwupgrade has a registry that reads a catalog, which asks the registry back when an entry is stale.
//
// View lets go of the registry's read lock before it goes to the catalog.
package rwupgrade

import (
	"sync"
	"sync/atomic"
)

// Registry knows names.
type Registry struct {
	mu      sync.RWMutex
	names   map[int]string
	catalog *Catalog
}

// Catalog knows what the names stand for, in a version.
type Catalog struct {
	registry *Registry
	version  atomic.Int64
	mu       sync.RWMutex
	entries  map[string]int64
	metrics  Metrics
}

// Metrics counts.
type Metrics struct {
	mu   sync.Mutex
	hits map[string]int
}

// New returns a registry with its catalog.
func New() *Registry {
	r := &Registry{names: map[int]string{1: "one", 2: "two"}}
	r.catalog = &Catalog{registry: r, entries: make(map[string]int64)}
	r.catalog.metrics.hits = make(map[string]int)
	return r
}

// View looks up a number.
func (r *Registry) View(number int) int64 {
	r.mu.RLock()
	name, version := r.names[number], r.catalog.version.Load()
	r.mu.RUnlock()
	return r.catalog.lookup(number, name, version)
}

// Name gives the name of a number.
func (r *Registry) Name(number int) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.names[number]
}

// Rename gives a number another name.
func (r *Registry) Rename(number int, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names[number] = name
}

func (c *Catalog) lookup(number int, name string, version int64) int64 {
	c.mu.RLock()
	entry := c.entries[name]
	c.mu.RUnlock()
	if entry > version {
		c.metrics.hit("stale")
		name = c.registry.Name(number)
	}
	c.metrics.hit(name)
	return entry
}

// Refresh writes all entries anew.
func (r *Registry) Refresh(names ...string) {
	c := r.catalog
	version := c.version.Add(1)
	for range pages {
		c.metrics.hit("page")
	}
	c.mu.Lock()
	for _, name := range names {
		c.entries[name] = version
	}
	c.mu.Unlock()
}

func (m *Metrics) hit(what string) {
	m.mu.Lock()
	m.hits[what]++
	m.mu.Unlock()
}

// Warm reads the catalog before the first writer comes.
func (r *Registry) Warm() {
	for range pages {
		r.catalog.metrics.hit("warm")
	}
}
