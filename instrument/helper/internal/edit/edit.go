// SPDX-License-Identifier: BSD-2-Clause

// Package edit applies insertions and replacements to a text by position, so that everything that is not
// touched (comments, layout, line numbers) stays as its author wrote it.
package edit

import (
	"bytes"
	"fmt"
	"sort"
)

type change struct {
	start, end int
	text       string
}

// Buffer collects changes to one text.
type Buffer struct {
	old     []byte
	changes []change
}

// NewBuffer starts a list of changes to old, which stays untouched.
func NewBuffer(old []byte) *Buffer {
	return &Buffer{old: old}
}

// Insert puts text before the byte at pos. Several insertions at one position keep the order of the calls.
func (b *Buffer) Insert(pos int, text string) {
	b.Replace(pos, pos, text)
}

// Replace puts text in the place of the bytes from start up to end.
func (b *Buffer) Replace(start, end int, text string) {
	b.changes = append(b.changes, change{start, end, text})
}

// Len is the number of changes collected.
func (b *Buffer) Len() int {
	return len(b.changes)
}

// Bytes returns the changed text. Changes that overlap or lie outside the text are an error, and so is one
// that would move a line.
func (b *Buffer) Bytes() ([]byte, error) {
	sort.SliceStable(b.changes, func(i, j int) bool { return b.changes[i].start < b.changes[j].start })
	var out bytes.Buffer
	at := 0
	for _, c := range b.changes {
		if c.start < at || c.end < c.start || c.end > len(b.old) {
			return nil, fmt.Errorf("change of bytes %d-%d overlaps another or leaves the text", c.start, c.end)
		}
		if bytes.Count(b.old[c.start:c.end], []byte("\n")) != bytes.Count([]byte(c.text), []byte("\n")) {
			return nil, fmt.Errorf("change of bytes %d-%d moves a line", c.start, c.end)
		}
		out.Write(b.old[at:c.start])
		out.WriteString(c.text)
		at = c.end
	}
	out.Write(b.old[at:])
	return out.Bytes(), nil
}
