#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Who waits for the garbage collector is not blocked for ever, though nothing else of the program goes on.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module alloc example.org/alloc
cat >alloc/a_test.go <<'GO'
package alloc

import (
	"runtime/debug"
	"sync"
	"testing"
)

var sink [16]map[int]int

// Whoever allocates helps the collector, and ends one collection after the other: they wait for each other in that.
func TestAlloc(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	var wg sync.WaitGroup
	for i := range sink {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range 6000 {
				m := make(map[int]int, 64)
				for k := range 64 {
					m[k] = j
				}
				sink[i] = m
			}
		}()
	}
	wg.Wait()
}
GO
# More threads than processors, and these busy otherwise, so that one is stopped in the midst of it.
busy=()
for _ in 1 2 3 4; do
	while :; do :; done &
	busy+=($!)
done
GOMAXPROCS=16 goknot fuzz -C alloc -o c -json -quiet -seed 1 -parallel 2 -sched native -fuzztime 45x
kill "${busy[@]}"
expect "candidates were rejected: $(tail -n 3 out)" test "$(events summary '.[0].rejected')" = 0
expect "there are findings: $(tail -n 3 out)" test "$(events summary '.[0].findings')" = 0
expect "runs: $(tail -n 1 out)" test "$(events summary '.[0].runs')" -ge 45
done_testing
