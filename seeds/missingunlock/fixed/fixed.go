// SPDX-License-Identifier: BSD-2-Clause

// Package missingunlock is the repaired twin: the error path unlocks too.
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
		l.mu.Unlock()
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
