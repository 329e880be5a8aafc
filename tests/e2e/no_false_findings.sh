#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the tests of real modules taught: none of these is a bug of the program, and what is listed says why.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module late example.org/late
cat >late/late_test.go <<'GO'
package late

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

var registered = map[string]bool{}

func TestRegistersOnce(t *testing.T) {
	if registered["driver"] {
		panic("registered twice")
	}
	registered["driver"] = true
}

func TestWaitsASecond(t *testing.T) {
	done := make(chan bool, 1)
	go func() { done <- true }()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("hangs")
	}
}

var busy bool

func TestTidiesUpOnlyWhenItPasses(t *testing.T) {
	if busy {
		t.Fatal("busy")
	}
	busy = true
	done := make(chan bool, 1)
	go func() { done <- true }()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("hangs")
	}
	busy = false
}

func TestSpinsWhileItSleeps(t *testing.T) {
	var stop atomic.Bool
	for range 4 {
		go func() {
			for !stop.Load() {
				runtime.Gosched()
			}
		}()
	}
	time.Sleep(time.Second)
	stop.Store(true)
}

func TestLeavesOneBehind(t *testing.T) {
	done, never := make(chan bool, 1), make(chan bool)
	go func() { <-never }()
	go func() { done <- true }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("hangs")
	}
}

type answer struct{ body []byte }

func TestUsesWhatItDidNotGet(t *testing.T) {
	got := make(chan *answer, 1)
	go func() { got <- &answer{} }()
	var a *answer
	select {
	case a = <-got:
	case <-time.After(30 * time.Second):
		t.Error("no answer")
	}
	_ = len(a.body)
}

func TestWatched(t *testing.T) {
	limit := time.AfterFunc(5*time.Second, watchdog)
	defer limit.Stop()
	done := make(chan bool)
	go func() { done <- true }()
	<-done
}
GO
cat >late/watchdog.go <<'GO'
package late

func watchdog() { panic("it took too long") }
GO

why() { # test; why it was listed, each once
	events listed "map(select(.test == \"$1\") | .why) | unique | join(\"|\")"
}

goknot fuzz -C "$work/late" -json -quiet -fuzztime 10s -seed 1 .
expect_rc 1 "the leak is found"
expect "findings: $(events finding 'map(.test)')" \
	test "$(events finding 'map(.test + " " + .verdict) | join(",")')" = "TestLeavesOneBehind leak"
expect "a test that cannot run twice: $(why TestRegistersOnce)" grep -q "not repeatable" <(why TestRegistersOnce)
expect "a time-out of a second: $(why TestWaitsASecond)" test "$(why TestWaitsASecond | cut -d: -f1)" = timing-dependent
expect "what a failed run left behind fails no other: $(why TestTidiesUpOnlyWhenItPasses)" \
	test "$(why TestTidiesUpOnlyWhenItPasses | cut -d: -f1)" = timing-dependent
for t in TestUsesWhatItDidNotGet TestWatched; do
	expect "a panic behind a time-out, $t: $(why "$t")" test "$(why "$t" | cut -d: -f1)" = timing-dependent
done
expect "tests set aside" test "$(events summary '.[0].set_aside')" = 0
expect "rejected candidates" test "$(events summary '.[0].rejected')" = 0
# It ends in a leak nearly always, so that it steps back, and each of its runs needs a process: by runs, not by time.
goknot fuzz -C "$work/late" -o "$work/one" -json -quiet -fuzztime 2000x -parallel 1 -seed 1 -run TestLeavesOneBehind .
expect_rc 1 "the leak is found again"
expect "a time-out beside a leak: $(why TestLeavesOneBehind)" \
	test "$(why TestLeavesOneBehind | cut -d: -f1)" = timing-dependent

# The finalizer of one run is in a system call of its own when the next run begins: it comes back without a P and
# takes that of the goroutine that naps then. How long until the watchdog takes a P away is a matter of real time.
module finalizer example.org/finalizer
cat >finalizer/finalizer_test.go <<'GO'
package finalizer

import (
	"runtime"
	"syscall"
	"testing"
)

type held struct{ p *int }

func nap(ms int64) {
	ts := syscall.NsecToTimespec(ms * 1000000)
	syscall.Nanosleep(&ts, nil)
}

var runs int64

func TestBesideAFinalizer(t *testing.T) {
	runs++
	if runs%2 == 1 {
		ms := 5 + runs*3%40
		runtime.SetFinalizer(&held{new(int)}, func(*held) { nap(ms) })
		runtime.GC()
		return
	}
	done := make(chan bool)
	go func() { nap(60); done <- true }()
	<-done
}
GO
goknot fuzz -C "$work/finalizer" -json -quiet -fuzztime 120x -parallel 1 -seed 1 .
expect_rc 0 "a system call beside a finalizer's"
expect "a system call beside a finalizer's: $(cat out)" \
	test "$(events summary '.[0] | .runs >= 120 and .findings + .rejected + .listed == 0')" = true
done_testing
