// SPDX-License-Identifier: BSD-2-Clause

// Package doublelock is the repaired twin: Stat calls the half of Flush that expects the lock to
// be held.
package doublelock

import "sync"

const full = 3

// Buffer collects items into batches.
type Buffer struct {
	mu      sync.Mutex
	items   []int
	flushed int
}

// Add appends an item and tells whether the batch is full.
func (b *Buffer) Add(item int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, item)
	return len(b.items) >= full
}

// Flush ends the batch.
func (b *Buffer) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flush()
}

func (b *Buffer) flush() {
	b.flushed += len(b.items)
	b.items = nil
}

// Stat returns how many items are waiting; a full batch is not left waiting.
func (b *Buffer) Stat() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.items) >= full {
		b.flush()
	}
	return len(b.items)
}
