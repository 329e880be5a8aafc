#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the tests of the standard library taught: programs that are right, and that a run must not call wrong.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module real example.org/real
cat >real/r_test.go <<'GO'
package real

import (
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// Data that has come is seen beside a goroutine that can always run.
func TestSpinBesideNetwork(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	var seen atomic.Bool
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		c, err := ln.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		c.Read(make([]byte, 1))
		seen.Store(true)
	}()
	go func() {
		defer wg.Done()
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		for !seen.Load() {
			runtime.Gosched()
			if n := spins.Add(1); n == 100 {
				c.Write([]byte("x"))
			}
		}
	}()
	wg.Wait()
	spins.Store(0)
}

var spins atomic.Int32

// A test stands directly above package testing.
func TestCallers(t *testing.T) {
	pc := make([]uintptr, 1)
	runtime.Callers(2, pc)
	f, _ := runtime.CallersFrames(pc).Next()
	if f.Function != "testing.tRunner" {
		t.Errorf("called by %s", f.Function)
	}
}

// The runtime opens its own descriptors before the test begins.
func TestDescriptors(t *testing.T) {
	open := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	before := open()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	w.Close()
	if after := open(); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

// Long, and on its way all the time.
func TestLong(t *testing.T) {
	var mu sync.Mutex
	for range 300000 {
		mu.Lock()
		mu.Unlock()
	}
}
GO
for t in SpinBesideNetwork Callers Descriptors; do
	goknot fuzz -C real -o "campaign-$t" -json -quiet -seed 1 -parallel 1 -policy random -audit 1 -fresh 1 -fuzztime 20x -run "^Test$t\$"
	expect "$t: $(grep -v '"event":"note"' out | head -3)" test "$(events audit 'length >= 20 and all(.[]; .end == "ok")')" = true
done

# The step limit is raised for a test that has never come to its end, so that it is tested at all.
goknot fuzz -C real -o campaign-long -json -quiet -seed 1 -parallel 1 -audit 1 -fresh 1 -fuzztime 24x -run '^TestLong$'
expect "a long test comes to its end: $(cat out)" test "$(events audit 'map(select(.end == "ok")) | length >= 3')" = true
expect "a long test is no finding" test "$(events summary '.[0] | .findings + .rejected')" = 0
done_testing
