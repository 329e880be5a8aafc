// SPDX-License-Identifier: BSD-2-Clause

// Package rwrlock is the repaired twin: resolving the alias expects the read lock to be held.
package rwrlock

import "sync"

// Registry maps names, also through aliases, to addresses.
type Registry struct {
	mu      sync.RWMutex
	alias   map[string]string
	address map[string]string
}

// New returns a registry in which "www" stands for "web".
func New() *Registry {
	return &Registry{
		alias:   map[string]string{"www": "web"},
		address: map[string]string{"web": "10.0.0.1"},
	}
}

// Lookup returns the address of a name.
func (r *Registry) Lookup(name string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.address[r.resolve(name)]
}

func (r *Registry) resolve(name string) string {
	if target, ok := r.alias[name]; ok {
		return target
	}
	return name
}

// Register sets an address.
func (r *Registry) Register(name, address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.address[name] = address
}
