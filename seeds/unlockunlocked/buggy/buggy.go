// SPDX-License-Identifier: BSD-2-Clause

// Package unlockunlocked guards a device with a lock that its owner releases, or a watchdog for
// it. Release looks whether the lock is still held in one critical section and notes that it is
// not in another; two callers can both see it held, and the second unlocks an unlocked mutex,
// which the runtime does not survive.
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
	d.mu.Unlock()
	if !held {
		return
	}
	d.mu.Lock()
	d.held = false
	d.mu.Unlock()
	d.use.Unlock()
}
