#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Goroutines that compute without any operation: the watchdog lets others run beside them, as an entry of the
# schedule that replays; what never ends is named, and so is who spins beside whom.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module spin example.org/spin
cat >spin/spin_test.go <<'GO'
package spin

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestPlainFlag(t *testing.T) {
	done, n := false, 0
	go func() { done = true }()
	for !done {
		n++
	}
}

func TestPlainFlagAndTimer(t *testing.T) {
	done, n := false, 0
	time.AfterFunc(300*time.Millisecond, func() { done = true })
	for !done {
		n++
	}
}

var sum uint64

func TestComputesAlone(t *testing.T) {
	for x := uint64(0); x < 1000*1000*1000; x++ {
		sum ^= x * x
	}
}

func TestLeavesOneThatComputes(t *testing.T) {
	go func() {
		for {
			sum++
		}
	}()
}

// Every run needs a preemption, and the order of the two senders decides.
func TestOrderBesideAFlag(t *testing.T) {
	ready, done, c := false, false, make(chan int, 2)
	go func() { c <- 1 }()
	go func() {
		waitFor(&ready)
		c <- 2
		done = true
	}()
	ready = true
	waitFor(&done)
	if <-c == 2 {
		t.Error("the second came first")
	}
}

func waitFor(flag *bool) {
	for !*flag {
		sum++
	}
}

func TestForEver(t *testing.T) {
	never, c, blocked := false, make(chan int), make(chan bool)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	go func() { blocked <- true }()
	if <-c == 2 {
		waitFor(&never)
	}
	<-c
	<-blocked
}

// Nothing but a preemption lets the other one in between. On a fast machine there is nothing to preempt.
func TestCutInTwo(t *testing.T) {
	mine, c, n := false, make(chan bool), 1000*1000*1000
	if os.Getenv("FAST") != "" {
		n = 0
	}
	go func() {
		mine = false
		c <- true
	}()
	mine = true
	for i := 0; i < n && mine; i++ {
		sum++
	}
	if !mine {
		t.Error("somebody else came in between")
	}
	<-c
}

// One waits for a lock that nobody gives back, while two others spin, each in its way.
func TestStarvation(t *testing.T) {
	var mu sync.Mutex
	var turn atomic.Int32
	mu.Lock()
	go func() {
		mu.Lock()
		turn.Store(3)
	}()
	go func() {
		for turn.Load() != 3 {
			runtime.Gosched()
		}
	}()
	for turn.Load() < 3 {
	}
}
GO
line() { grep -n -- "$1" "$work/spin/spin_test.go" | head -n 1 | cut -d : -f 1; }
fuzz() { # test, flags...
	goknot fuzz -C "$work/spin" -o "$work/$1" -json -quiet -parallel 1 -seed 1 -run "^$1\$" "${@:2}" .
}
summary() { test "$(events summary ".[0] | $1")" = true; }
replay() { # test, flags...
	goknot replay -C "$work/spin" -o "$work/$1" "${@:2}" "$work/$1"/crashes/*.crash
}

for t in TestPlainFlag TestPlainFlagAndTimer; do
	fuzz "$t" -fuzztime 8x
	expect_rc 0 "$t"
	expect "$t: $(tail -n 1 out)" \
		summary '.runs >= 8 and .findings + .rejected + .listed == 0 and .preempted >= .runs / 2'
done
fuzz TestComputesAlone -fuzztime 2x
expect_rc 0 "one that computes alone"
expect "one that computes alone is disturbed: $(tail -n 1 out)" summary '.runs >= 2 and .preempted == 0'
fuzz TestLeavesOneThatComputes -fuzztime 1x
expect_rc 0 "one that is left computing"
expect "one that is left computing: $(tail -n 1 out)" summary '.findings + .rejected == 0 and .preempted >= 1'

fuzz TestOrderBesideAFlag -fuzztime 100x -first
expect_rc 1 "a wrong order beside a flag"
expect "its verdict: $(head -c 600 out)" test "$(events finding '.[0].verdict')" = fail
replay TestOrderBesideAFlag -json -n 5
expect "its replay: $(cat out)" \
	test "$(events replay '.[0] | .reproduced == 5 and .same_hash == 5 and .preempted >= 1')" = true

fuzz TestCutInTwo -fuzztime 100x -first
expect_rc 1 "a computation cut in two"
expect "its verdict: $(head -c 600 out)" test "$(events finding '.[0].verdict')" = fail
replay TestCutInTwo -json
expect "its replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 1 and .same_hash == 1 and .preempted >= 1')" = true
FAST=1 replay TestCutInTwo -json
expect "its replay on a faster machine goes another way: $(cat out)" \
	test "$(events replay '.[0] | .diverged == 0 and .same_hash == 1 and .preempted >= 1')" = true

fuzz TestForEver -fuzztime 500x -first -timeout 1s
expect_rc 1 "a loop that nothing ends"
expect "its verdict: $(head -c 600 out)" test "$(events finding '.[0].verdict')" = timeout
first=$(line '^func waitFor')
where=$(events finding '.[0].waits[0]' | grep -o 'G0 (T) computes without any operation at spin_test.go:[0-9]*.*' || true)
expect "who computes is not named first: $(events finding '.[0].waits')" test -n "$where"
at=$(grep -o 'spin_test.go:[0-9]*' <<<"$where" | head -n 1 | cut -d : -f 2)
expect "its position is not in the loop: $where" test "$((at - first))" -ge 0 -a "$((at - first))" -le 2
expect "who is blocked: $(events finding '.[0].waits')" \
	grep -q "blocked in send spin_test.go:$(line 'blocked <- true') on blocked" <(events finding '.[0].waits[]')
crash=$(echo TestForEver/crashes/*.crash)
expect "the crash file names who computes" grep -q '^  G0 (T) computes without any operation' "$crash"
expect "the schedule tells of the preemption" grep -Eq '^  .* p( |$|\*)' <(sed -n '/^decisions/,$p' "$crash")
expect "the run is marked" grep -q '^run_flags: 00002' "$crash"
replay TestForEver -json -n 2
expect_rc 1 "replay of a loop that nothing ends"
expect "replay of a loop that nothing ends: $(cat out)" \
	test "$(events replay '.[0] | .reproduced == 2 and .same_hash == 2 and .preempted >= 1')" = true
replay TestForEver
expect_out 'G0 \(T\) computes without any operation at spin_test\.go:.*'
expect_out ' +G0, which computes, is preempted at spin_test\.go:.*'
expect_out 'replay: 1 of 1 reproduced \(timeout\), .* as saved, .*, preempted [0-9]+ times?'

# Who spins, where, and who is blocked: in the finding, in the crash file and in the replay.
spinners() { # what, crash file, patterns...
	local what=$1 crash=$2 p
	for p in "${@:3}"; do
		expect "$what: no line \"$p\" in the finding: $(events finding '.[0].waits')" \
			grep -Eq "^$p\$" <(events finding '.[0].waits[]')
		expect "$what: no line \"$p\" in the crash file" grep -Eq "^  $p\$" "$crash"
	done
}
fuzz TestStarvation -fuzztime 500x -first
expect_rc 1 "starvation"
expect "its verdict: $(head -c 600 out)" test "$(events finding '.[0].verdict')" = livelock
starved=('G0 \(T\) spins, took [0-9]+ of the last [0-9]+ steps: atomic_load spin_test.go:'"$(line 'turn.Load() < 3')"
	'G2 .* spins, took [0-9]+ of the last [0-9]+ steps: .*atomic_load spin_test.go:'"$(line 'turn.Load() != 3')"'.*'
	'G2 .* spins, .*yield spin_test.go:'"$(($(line 'turn.Load() != 3') + 1))"'.*'
	'G1 .* blocked in lock spin_test.go:'"$(line 'turn.Store(3)' | awk '{print $1 - 1}')"' on mu, held by G0 \(T\)')
spinners starvation "$(echo TestStarvation/crashes/*.crash)" "${starved[@]}"
replay TestStarvation
for p in "${starved[@]}"; do expect_out "$p"; done

goknot fuzz -C "$root/seeds" -o "$work/livelock" -json -quiet -first -fuzztime 10000x -parallel 1 -seed 1 ./livelock/buggy
expect_rc 1 "the bundled livelock"
spinners "the bundled livelock" "$(echo livelock/crashes/*.crash)" \
	'G[12] .* spins, took [0-9]+ of the last [0-9]+ steps: .*atomic_load buggy.go:22.*' \
	'G0 \(T\) blocked in wgwait buggy_test.go:[0-9]+ on wg.*'
done_testing
