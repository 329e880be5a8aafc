#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -audit measures fidelity: runs are replayed whatever they ended in, and one that goes another way is told. And a
# number of runs is shared out so that a test that takes longer than its slice comes to its end, too.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module audit example.org/audit
cat >audit/a_test.go <<'GO'
package audit

import (
	"os"
	"sync"
	"testing"
	"time"
)

func TestSame(t *testing.T) {
	var wg sync.WaitGroup
	c := make(chan int, 4)
	for i := range 4 {
		wg.Add(1)
		go func() { defer wg.Done(); c <- i }()
	}
	wg.Wait()
}

// What it does is decided by something that goknot does not control.
func TestOther(t *testing.T) {
	var mu sync.Mutex
	for range os.Getpid() % 97 {
		mu.Lock()
		mu.Unlock()
	}
}

var sink uint64

func TestSlow(t *testing.T) {
	began := time.Now().UnixNano()
	for i := range uint64(3e9) {
		sink += i ^ uint64(began)
	}
}
GO

goknot fuzz -C audit -o campaign-audit -json -quiet -seed 1 -parallel 1 -audit 1 -fuzztime 20x -run Same
expect_rc 0 "audit"
expect "every run of TestSame replays: $(cat out)" test "$(events audit 'length >= 20 and
	all(.[]; .reproduced and .same_hash and .end == "ok" and .cpu_ns > 0)')" = true
expect "the summary counts them" test "$(events summary '.[0] | .audits >= 20 and .audits_same == .audits')" = true

goknot fuzz -C audit -o campaign-other -json -quiet -seed 1 -parallel 1 -audit 1 -fuzztime 20x -run Other
expect "most runs of TestOther do not: $(cat out)" test "$(events audit 'length >= 20 and
	(map(select(.reproduced and (.same_hash | not))) | length) * 2 > length')" = true
expect "the summary counts those, too" test "$(events summary '.[0] | .audits_same * 2 < .audits')" = true

goknot fuzz -C audit -o campaign-text -quiet -seed 1 -parallel 1 -audit 1 -fuzztime 20x -run Other
expect "a replay that went another way is named" grep -q 'audit: example.org/audit TestOther: .*another schedule' out
expect "the sum is told" grep -q 'audit: .* of .* runs replayed to the same end by the same schedule' out

goknot fuzz -C audit -o campaign-none -json -quiet -seed 1 -parallel 1 -fuzztime 60x -run Same
expect "nothing is audited unasked" test "$(events audit length)$(events summary '.[0].audits')" = 00

# Two tests, so that the worker goes from one to the other.
goknot fuzz -C audit -o campaign-slow -json -quiet -seed 1 -parallel 1 -audit 1 -fresh 1 -fuzztime 1x -run 'Same|Slow'
expect "each test has run once, the slow one too: $(cat out)" test "$(events audit 'map(.test) | sort | join(" ")')" = "TestSame TestSlow"
done_testing
