// SPDX-License-Identifier: BSD-2-Clause

// Package unlockunlocked is the repaired twin: looking and noting are one critical section.
package unlockunlocked

import "sync"

// Device is used by one owner at a time.
type Device struct {
	use  sync.Mutex
	mu   sync.Mutex
	held bool
}

// Acquire takes the device.
func (d *Device) Acquire() {
	d.use.Lock()
	d.mu.Lock()
	d.held = true
	d.mu.Unlock()
}

// Release gives the device back; the watchdog may have done so already.
func (d *Device) Release() {
	d.mu.Lock()
	held := d.held
	d.held = false
	d.mu.Unlock()
	if !held {
		return
	}
	d.use.Unlock()
}
