#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot's own memory has one bound whatever the target does: several workers whose runs all reach the step limit
# (each a trace of some 30 MB, replayed for verification) and many tests with thousands of goroutines each.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if grep -aq __asan_init "$GOKNOT"; then
	skip "goknot's memory" "the address sanitizer takes more than goknot"
	done_testing
	exit 0
fi

module heavy example.org/heavy
cat >heavy/heavy_test.go <<'GO'
package heavy

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func spin(t *testing.T) {
	var a, b atomic.Bool
	var wg sync.WaitGroup
	for _, s := range [][2]*atomic.Bool{{&a, &b}, {&b, &a}} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s[0].Store(true)
			for s[1].Load() {
				runtime.Gosched()
			}
			s[0].Store(false)
		}()
	}
	wg.Wait()
}

func many(t *testing.T) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	ch := make(chan int, 10)
	for range 3000 {
		wg.Add(2)
		go func() { defer wg.Done(); ch <- 1; mu.Lock(); mu.Unlock() }()
		go func() { defer wg.Done(); mu.Lock(); mu.Unlock(); <-ch }()
	}
	wg.Wait()
}

GO
for i in $(seq 6); do printf 'func TestSpin%d(t *testing.T) { spin(t) }\n' "$i"; done >>heavy/heavy_test.go
for i in $(seq 30); do printf 'func TestMany%d(t *testing.T) { many(t) }\n' "$i"; done >>heavy/heavy_test.go

# The kernel keeps the peak; it is asked as long as the process is there.
"$GOKNOT" fuzz -C heavy -o campaign -fuzzminimizetime 0 -json -quiet -parallel 3 -seed 1 -fuzztime 25s . >out 2>err </dev/null &
pid=$!
peak=0
while kill -0 "$pid" 2>/dev/null; do
	now=$(awk '/^VmHWM:/ { print $2 }' "/proc/$pid/status" 2>/dev/null) || true
	peak=${now:-$peak}
	sleep 0.05
done
wait "$pid" || rc=$?
expect "fuzzing ended with exit code $rc: $(tail -3 err)" test "$rc" -le 1
expect "the long traces were looked at: $(tail -1 out)" test "$(events summary '.[0].replays >= 2')" = true
expect "the limits on what is kept were reached: $(tail -1 out)" test "$(events summary '.[0].pairs_full > 0')" = true
expect "at most 100 MB at the peak: $peak KiB" test "$peak" -gt 1000 -a "$peak" -le 97656
done_testing
