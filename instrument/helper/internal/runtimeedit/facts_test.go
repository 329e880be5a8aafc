// SPDX-License-Identifier: BSD-2-Clause

package runtimeedit

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A release whose locks work in another way must be told by name: the faces in package sync would break every program.
func TestChangedLocksAreNamed(t *testing.T) {
	files := []string{"sync/mutex.go", "sync/rwmutex.go", "sync/waitgroup.go", "sync/once.go"}
	lock := "sync/mutex.go"
	if _, err := os.Stat(filepath.Join(runtime.GOROOT(), "src/internal/sync/mutex.go")); err == nil {
		lock = "internal/sync/mutex.go"
		files = append(files, lock)
	}
	for _, c := range []struct{ file, from, to, name string }{
		{lock, "\tstate int32", "\tsema1 uint32; state int32", "type Mutex"},
		{lock, "\tstate int32", "\tstate int64", "type Mutex"},
		{lock, "mutexLocked = 1 << iota", "mutexLocked = 2 << iota", "constant mutexLocked"},
		{lock, "(&m.state, 0, mutexLocked)", "(&m.state, 0, mutexStarving)", "(*Mutex).Lock"},
		{lock, "(&m.state, -mutexLocked)", "(&m.state, -mutexWoken)", "(*Mutex).Unlock"},
		{"sync/rwmutex.go", "rw.readerCount.Add(1) < 0", "rw.readerCount.Add(2) < 0", "(*RWMutex).RLock"},
		{"sync/rwmutex.go", "rw.readerCount.Add(-1); r < 0", "rw.readerCount.Add(-2); r < 0", "(*RWMutex).RUnlock"},
		{"sync/rwmutex.go", "\n\trw.w.Lock()\n", "\n\tif rw == nil { return }\n\trw.w.Lock()\n", "(*RWMutex).Lock"},
		{"sync/waitgroup.go", "\twg.Add(-1)\n", "\twg.Add(-2)\n", "(*WaitGroup).Done"},
		{"sync/once.go", "\t\to.doSlow(f)\n", "\t\to.do(f)\n", "(*Once).Do"},
		{"sync/once.go", "\tdefer o.m.Unlock()\n", "\to.m.Unlock()\n", "(*Once).doSlow"},
	} {
		root := copyFiles(t, files...)
		check := func() error {
			if err := checkMutex(root); err != nil {
				return err
			}
			for _, e := range edits {
				if strings.HasPrefix(c.file, "sync/") && e.file == c.file {
					if err := applyOne(root, e, false); err != nil {
						return err
					}
				}
			}
			return nil
		}
		if err := check(); err != nil {
			t.Fatalf("the files of this release: %v", err)
		}
		text, err := os.ReadFile(filepath.Join(root, "src", c.file))
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(text), c.from, c.to, 1)
		if changed == string(text) {
			t.Fatalf("%s has no %q", c.file, c.from)
		}
		write(t, root, c.file, changed)
		if err := check(); err == nil || !strings.Contains(err.Error(), c.name) || !strings.Contains(err.Error(), c.file) {
			t.Errorf("%q for %q: error %v", c.to, c.from, err)
		}
	}
}
