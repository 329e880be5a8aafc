// SPDX-License-Identifier: BSD-2-Clause

// Package missingunlock is a log that refuses entries once it is sealed. The refusal returns
// without unlocking; it only happens when Seal overtakes Append, and whoever locks next is stuck.
package missingunlock

import (
	"errors"
	"sync"
)

// ErrSealed refuses an entry.
var ErrSealed = errors.New("log is sealed")

// Log is an append-only list.
type Log struct {
	mu      sync.Mutex
	sealed  bool
	entries []string
}

// Append adds an entry.
func (l *Log) Append(entry string) error {
	l.mu.Lock()
	if l.sealed {
		return ErrSealed
	}
	l.entries = append(l.entries, entry)
	l.mu.Unlock()
	return nil
}

// Seal ends the log.
func (l *Log) Seal() {
	l.mu.Lock()
	l.sealed = true
	l.mu.Unlock()
}

// Len returns the number of entries.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries)
}
