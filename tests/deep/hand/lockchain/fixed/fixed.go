// SPDX-License-Identifier: BSD-2-Clause

// Package lockchain has four layers with a lock each, of which nobody holds two.
package lockchain

import "sync"

// Layer is a session table, a cache, a store or a log.
type Layer struct {
	name  string
	mu    sync.Mutex
	below *Layer
	count int
}

// New returns the layers, topmost first.
func New() []*Layer {
	layers := []*Layer{{name: "sessions"}, {name: "cache"}, {name: "store"}, {name: "log"}}
	for i, l := range layers {
		l.below = layers[(i+1)%len(layers)]
	}
	return layers
}

// Load is work of a layer that needs no other.
func (l *Layer) Load(entries int) {
	for range entries {
		l.mu.Lock()
		l.count++
		l.mu.Unlock()
	}
}

// Flush writes what a layer has to the next one.
func (l *Layer) Flush() {
	l.mu.Lock()
	n := l.count
	l.count = 0
	l.mu.Unlock()
	l.below.add(n)
}

func (l *Layer) add(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count += n
}
