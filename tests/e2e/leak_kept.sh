#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A test that leaks goroutines which nothing can ever wake goes on in the same process; one that leaves anything else behind does not.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module leaks example.org/leaks
cat >leaks/l_test.go <<'GO'
package leaks

import (
	"runtime"
	"sync"
	"testing"
)

func leave() {
	c := make(chan int)
	go func() { c <- 1 }()
}

func TestLeaves(t *testing.T) {
	for range 3 {
		leave()
	}
}

var global = make(chan int)

// Another test could wake what this one leaves.
func TestReached(t *testing.T) {
	go func() { <-global }()
}

var mu sync.Mutex

// The next run would wait for the lock.
func TestHolds(t *testing.T) {
	go func() {
		mu.Lock()
		<-make(chan int)
	}()
}

var rw sync.RWMutex

func TestReads(t *testing.T) {
	go func() {
		rw.RLock()
		<-make(chan int)
	}()
	rw.Lock()
	rw.Unlock()
}

// It would end the process for its memory.
func TestBig(t *testing.T) {
	big := make([]byte, 40<<20)
	c := make(chan int)
	go func() {
		<-c
		runtime.KeepAlive(big)
	}()
}

// Who counts goroutines sees what another run has left, which a fresh process does not show.
func TestCounts(t *testing.T) {
	if n := runtime.NumGoroutine(); n > 100 {
		t.Fatal("too many", n)
	}
	leave()
	leave()
}
GO

# runs_of TEST FLAGS...: one worker, 120 runs; $processes, $findings and $rejected of them.
runs_of() {
	local test=$1
	shift
	goknot fuzz -C leaks -o "c-$test" -json -quiet -seed 1 -parallel 1 -run "^$test\$" -fuzztime 120x -fuzzminimizetime 0 -fresh 60 "$@"
	processes=$(events summary '.[0].processes')
	findings=$(events finding '[.[].verdict] | sort | join(" ")')
	rejected=$(events summary '.[0].rejected')
}

minor=$(go_minor)
if [ "$minor" -lt 26 ]; then
	skip "a leak that nothing can wake" "only Go 1.26 and later can prove that"
else
	runs_of TestLeaves
	expect "TestLeaves: $processes processes" test "$processes" -le 12
	expect "TestLeaves: $findings" test "$findings" = leak
	runs_of TestCounts
	expect "TestCounts: $findings" test "$findings" = leak
	runs_of TestLeaves -fresh 1000 -fuzztime 400x
	expect "TestLeaves, 1,200 goroutines: $processes processes" test "$processes" -ge 5
fi
for t in TestReached TestHolds TestBig; do
	runs_of "$t"
	expect "$t: $processes processes" test "$processes" -ge 120
	expect "$t: $findings" test "$findings" = leak
	expect "$t: $rejected rejected" test "$rejected" = 0
done
runs_of TestReads
expect "TestReads: $processes processes" test "$processes" -ge 60
expect "TestReads: $findings" test "$findings" = "deadlock leak"
expect "TestReads: $rejected rejected" test "$rejected" = 0
done_testing
