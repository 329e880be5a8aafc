// SPDX-License-Identifier: BSD-2-Clause

// Package singleflight loads a value once for all who ask for it at the same time; Invalidate makes the next one
// load it anew.
//
// A load that has ended removes its key, unless the key belongs to a newer load by then.
package singleflight

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type call struct {
	done  chan struct{}
	value int64
	err   error
}

// Group is a cache in front of a backend.
type Group struct {
	mu      sync.Mutex
	calls   map[string]*call
	backend Backend
}

// Backend has generations; within one it is asked by one caller at a time.
type Backend struct {
	generation atomic.Int64
	mu         sync.Mutex
	loading    map[int64]int
	cost       int
}

// New returns an empty group.
func New() *Group {
	g := &Group{calls: make(map[string]*call)}
	g.backend.loading = make(map[int64]int)
	return g
}

// Get loads the key, or waits for who does.
func (g *Group) Get(key string) (int64, error) {
	g.mu.Lock()
	if c, ok := g.calls[key]; ok {
		g.mu.Unlock()
		<-c.done
		return c.value, c.err
	}
	c := &call{done: make(chan struct{})}
	g.calls[key] = c
	generation := g.backend.generation.Load()
	g.mu.Unlock()

	c.value, c.err = g.backend.load(generation)
	close(c.done)

	g.mu.Lock()
	if g.calls[key] == c {
		delete(g.calls, key)
	}
	g.mu.Unlock()
	return c.value, c.err
}

// Invalidate makes what is being loaded now old.
func (g *Group) Invalidate(key string) {
	for range replicas {
		g.backend.pay()
	}
	g.mu.Lock()
	g.backend.generation.Add(1)
	delete(g.calls, key)
	g.mu.Unlock()
}

func (b *Backend) load(generation int64) (int64, error) {
	b.mu.Lock()
	b.loading[generation]++
	n := b.loading[generation]
	b.mu.Unlock()
	if n > 1 {
		return 0, fmt.Errorf("%d loads at once in generation %d", n, generation)
	}
	b.mu.Lock()
	b.loading[generation]--
	b.mu.Unlock()
	return generation, nil
}

func (b *Backend) pay() {
	b.mu.Lock()
	b.cost++
	b.mu.Unlock()
}
