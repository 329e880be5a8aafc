// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const source = `package p

import (
	"sync"
	"sync/atomic"
)

type embedded struct{ sync.Mutex }
type alias = sync.RWMutex

func p[C ~chan int](c C, n *int64, l sync.Locker) {
	var e embedded
	var a alias
	e.Lock()
	defer e.Unlock()
	f := a.RLock
	g := (*sync.WaitGroup).Wait
	_, _ = f, g
	l.Lock()
	c <- <-c
	for range c {
	}
	select {
	case v, ok := <-c:
		_, _ = v, ok
	case c <- 1:
	default:
	}
	go close(c)
	atomic.AddInt64(n, 1)
	var m sync.Map
	m.Load(1)
}

//go:nosplit
func q(n *int64) { atomic.StoreInt64(n, 1) }
`

var want = []string{
	"14:4 lock", "15:10 unlock", "16:9 rlock", "17:25 wgwait", "19:4 lock", "20:4 send", "20:7 recv", "21:2 range",
	"23:2 select", "24:16 selrecv", "26:9 selsend", "27:2 seldefault", "29:2 go", "29:5 close", "30:9 atomic_rmw",
}

// world makes a module of source and returns its file and what go list says about it.
func worldOf(t *testing.T) (file string, list []byte) {
	dir := t.TempDir()
	file = filepath.Join(dir, "p.go")
	for name, text := range map[string]string{"go.mod": "module p\n\ngo 1.23\n", "p.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "list", "-e", "-json", "-deps", "-test", "-export", ".")
	cmd.Dir = dir
	list, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return file, list
}

func tableOf(t *testing.T, file string, ops []string) string {
	var tab table
	for _, o := range ops {
		var s struct {
			File, Op  string
			Line, Col int
		}
		s.File = file
		if err := json.Unmarshal([]byte("["+strings.NewReplacer(":", ",", " ", ",\"").Replace(o)+"\"]"), &[]any{&s.Line, &s.Col, &s.Op}); err != nil {
			t.Fatal(err)
		}
		tab.Sites = append(tab.Sites, s)
	}
	tab.Unplaced = append(tab.Unplaced, struct {
		File, Op, Reason string
		Line, Col        int
	}{file, "func", "//go:nosplit", 36, 1})
	data, err := json.Marshal(tab)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sites.json")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func answer(t *testing.T, list []byte, sites string) (code int, s sum, stderr string) {
	var out, errs bytes.Buffer
	code = run([]string{sites}, bytes.NewReader(list), &out, &errs)
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatal(err, errs.String())
	}
	return code, s, errs.String()
}

func TestCount(t *testing.T) {
	file, list := worldOf(t)
	_, s, errs := answer(t, list, tableOf(t, file, want))
	if s.Operations != len(want)+1 || s.Hooked != len(want) || s.Unplaced != 1 || s.Lost != 0 || s.Unknown != 0 {
		t.Errorf("%+v\n%s", s, errs)
	}
}

func TestLostAndMadeUp(t *testing.T) {
	file, list := worldOf(t)
	for i, o := range want {
		less := append(slices.Delete(slices.Clone(want), i, i+1), "1:1 send")
		code, s, errs := answer(t, list, tableOf(t, file, less))
		if code != 1 || s.Lost != 1 || s.Unknown != 1 || !strings.Contains(errs, "lost: "+file+":"+o+"\n") {
			t.Errorf("without %s: exit code %d, %+v\n%s", o, code, s, errs)
		}
	}
}
