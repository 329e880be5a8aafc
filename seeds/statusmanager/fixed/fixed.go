// SPDX-License-Identifier: BSD-2-Clause

// Package statusmanager is the repaired twin: Set sends after it has released the lock.
package statusmanager

import "sync"

// Manager keeps the phase of each pod and hands changes to one loop.
type Manager struct {
	mu      sync.Mutex
	phases  map[string]string
	changed chan string
	synced  int
}

// New returns a manager without pods.
func New() *Manager {
	return &Manager{phases: make(map[string]string), changed: make(chan string)}
}

// Loop handles n changes.
func (m *Manager) Loop(n int) {
	for i := 0; i < n; i++ {
		pod := <-m.changed
		m.mu.Lock()
		if m.phases[pod] != "" {
			m.synced++
		}
		m.mu.Unlock()
	}
}

// Set records the phase of a pod and tells the loop.
func (m *Manager) Set(pod, phase string) {
	m.mu.Lock()
	m.phases[pod] = phase
	m.mu.Unlock()
	m.changed <- pod
}
