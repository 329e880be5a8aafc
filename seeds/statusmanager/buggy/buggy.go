// SPDX-License-Identifier: BSD-2-Clause

// Package statusmanager is the Kubernetes status manager of GoPie's Fig. 1 (ASE 2023), in our
// words.
//
// A mutex and an unbuffered channel wait for each other: Set sends while it holds the lock, and
// the loop that receives takes the same lock after each message. Between the loop's receive and
// its lock a second Set can come in; it then holds the lock and waits for a receive that will
// never be made.
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
	m.changed <- pod
	m.mu.Unlock()
}
