#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What takes a schedule and a run before it in the same process: a finding whose replays make that run first, and which
# is named like any other.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module warm example.org/warm
cat >warm/warm_test.go <<'GO'
package warm

import "testing"

var runs int

func TestSecondRun(t *testing.T) {
	runs++
	t.Log("what is said first is not what failed")
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if v := <-c; v == 2 && runs > 1 {
		t.Error("the younger came first")
	}
}
GO
goknot fuzz -C warm -o campaign -json -quiet -seed 1 -parallel 1 -fuzztime 5000x -first
expect_rc 1 "fuzzing: $(cat err)"
expect "the failure is named by what was said before: $(events finding 'map(.title)')" \
	test "$(events finding '.[0] | .title == "fail: warm_test.go:14" and .message == "the younger came first"')" = true
expect "the fresh process that the run did not have counts against its replays: $(events summary '.[0] | [.replays, .replays_same]')" \
	test "$(events summary '.[0] | .replays > 0 and .replays == .replays_same + .rejected')" = true
goknot replay -C warm -n 5 -json "$(events finding '.[0].crash_file')"
expect "it does not replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 5 and .same_hash == 5')" = true

# What an init has set to be done later is there in every run, also behind one that has seen it done.
module later example.org/later
cat >later/later_test.go <<'GO'
package later

import (
	"sync"
	"testing"
	"time"
)

var mu sync.Mutex

func init() { time.AfterFunc(time.Second, tick) }

func tick() {
	mu.Lock()
	mu.Unlock()
	time.AfterFunc(time.Second, tick)
}

func TestSometimesLong(t *testing.T) {
	var wg sync.WaitGroup
	first := make(chan int, 2)
	for i := range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			first <- i
			mu.Unlock()
		}()
	}
	wg.Wait()
	if <-first == 1 {
		time.Sleep(1500 * time.Millisecond)
	}
}
GO
goknot fuzz -C later -o later-campaign -json -quiet -seed 1 -audit 0.5 -fuzztime 3000x
expect_rc 0 "a timer of an init: $(cat err)"
expect "each replay is the run again: $(events summary '.[0] | [.audits, .audits_same]')" \
	test "$(events summary '.[0] | .audits > 10 and .audits == .audits_same')" = true
done_testing
