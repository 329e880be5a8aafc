// SPDX-License-Identifier: BSD-2-Clause

package edit

import "testing"

func TestBytes(t *testing.T) {
	b := NewBuffer([]byte("one two\nthree"))
	b.Insert(8, "C")
	b.Insert(4, "A")
	b.Insert(4, "B")
	b.Replace(4, 7, "2")
	b.Insert(13, "!")
	got, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if want := "one AB2\nCthree!"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBadChanges(t *testing.T) {
	for name, queue := range map[string]func(*Buffer){
		"overlap":      func(b *Buffer) { b.Replace(0, 3, "x"); b.Replace(2, 4, "y") },
		"inside":       func(b *Buffer) { b.Replace(0, 3, "x"); b.Insert(1, "y") },
		"outside":      func(b *Buffer) { b.Insert(99, "x") },
		"backwards":    func(b *Buffer) { b.Replace(3, 2, "x") },
		"new line":     func(b *Buffer) { b.Insert(0, "x\n") },
		"line removed": func(b *Buffer) { b.Replace(3, 5, "x") },
	} {
		b := NewBuffer([]byte("one\ntwo"))
		queue(b)
		if got, err := b.Bytes(); err == nil {
			t.Errorf("%s: accepted as %q", name, got)
		}
	}
}
