#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Native mode against the controlled one on the bundled bugs, and what a hook costs natively.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

limit=${BENCH_NATIVE_SECONDS:-20}
seeds=${BENCH_NATIVE_SEEDS:-3}

# One campaign from nothing; prints verdict, reproduced, tries, whether controlled as well, runs, seconds.
campaign() { # mode, program, seed
	rm -rf "$bench/native-$1/$2/goknot.db"* "$bench/native-$1/$2/crashes"
	bench_fuzz "$bench/native-$1/$2" "$2/buggy" -sched "$1" -first -fuzzminimizetime 0 -fuzztime "${limit}s" -seed "$3" |
		jq -rn '[inputs] | (map(select(.event == "finding"))[0]) as $f | .[-1] |
			"\($f.verdict // "none") \($f.reproduced // 0) \($f.tries // 0) \($f.controlled_file != null and $f != null) \(.runs)
			\(.elapsed_ns / 1e9)" | gsub("\\s+"; " ")'
}

rate() { # mode, program: runs a second of the fixed twin
	bench_fuzz "$bench/native-$1/twin" "$2/fixed" -sched "$1" -fuzztime 2s -seed 1 |
		jq -r 'select(.event == "summary") | .runs / (.elapsed_ns / 1e9) | floor'
}

# Found how often, and the medians of what it took when it was.
found() { # file
	local n
	n=$(grep -vc '^none' "$1") || true
	if [ "$n" -eq 0 ]; then
		printf '0 of %d | - | -' "$(wc -l <"$1")"
	else
		printf '%d of %d | %.0f | %.2f' "$n" "$(wc -l <"$1")" "$(grep -v '^none' "$1" | cut -d ' ' -f 5 | spread | cut -d ' ' -f 1)" \
			"$(grep -v '^none' "$1" | cut -d ' ' -f 6 | spread | cut -d ' ' -f 1)"
	fi
}

cat <<TEXT
## Native against controlled

Each bundled bug with $seeds seeds in each mode, until the first verified finding or $limit s; runs and seconds are medians
over the campaigns that found it, with verification, which takes most of a native one. Fidelity: native runs that ended
the same way when the finding was verified, of all campaigns; exact: for how many of the findings the same bug was found
under the controlled scheduler as well, so that it replays exactly. Runs a second are those of the fixed twin.

| program | native: found | runs | s | fidelity | exact | runs/s | controlled: found | runs | s | runs/s |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
rm -rf "$bench/native-native" "$bench/native-controlled"
for program in $(programs); do
	for mode in native controlled; do
		for seed in $(seq "$seeds"); do campaign "$mode" "$program" "$seed"; done >"$bench/$mode.txt"
	done
	awk -v program="$program" -v native="$(found "$bench/native.txt")" -v controlled="$(found "$bench/controlled.txt")" \
		-v rate="$(rate native "$program")" -v controlled_rate="$(rate controlled "$program")" '
		$1 != "none" { n++; same += $2; tries += $3; exact += $4 == "true" }
		END { printf "| %s | %s | %s | %s | %s | %s | %s |\n", program, native, tries ? sprintf("%d %%", 100 * same / tries) : "-",
			n ? exact " of " n : "-", rate, controlled, controlled_rate }' "$bench/native.txt"
done

# Loops over operations that nobody else touches, in one goroutine: what the operation costs and the hook with it.
mkdir -p "$bench/hookcost"
cat >"$bench/hookcost/go.mod" <<'TEXT'
module example.org/hookcost

go 1.23
TEXT
cat >"$bench/hookcost/cost_test.go" <<'TEXT'
package hookcost

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const loops = 50000

var sink atomic.Int64

func TestCost(t *testing.T) {
	var mu sync.Mutex
	ch := make(chan int, 1)
	start := time.Now()
	for i := 0; i < loops; i++ {
		mu.Lock()
		mu.Unlock()
	}
	lock := time.Since(start)
	start = time.Now()
	for i := 0; i < loops; i++ {
		ch <- i
		<-ch
	}
	channel := time.Since(start)
	start = time.Now()
	for i := 0; i < loops; i++ {
		sink.Add(1)
	}
	add := time.Since(start)
	start = time.Now()
	for i := 0; i < loops; i++ {
		select {
		case ch <- i:
		default:
		}
		select {
		case <-ch:
		default:
		}
	}
	poll := time.Since(start)
	f, err := os.OpenFile(os.Getenv("HOOKCOST"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, lock.Nanoseconds()/loops/2, channel.Nanoseconds()/loops/2, add.Nanoseconds()/loops, poll.Nanoseconds()/loops/2)
}
TEXT

costs() { # what: the least of what the test has written
	local i
	printf '| %s |' "$1"
	for i in 1 2 3 4; do
		printf ' %d |' "$(cut -d ' ' -f "$i" "$bench/hookcost.txt" | spread | cut -d ' ' -f 2)"
	done
	echo
	rm -f "$bench/hookcost.txt"
}

export HOOKCOST=$bench/hookcost.txt
rm -rf "$HOOKCOST" "$bench/hookcost-campaign"
cat <<'TEXT'

## What a hook costs natively

Nanoseconds an operation, alone in one goroutine, the least of a hundred runs. Without feedback a hook is a call
and two branches.

| | lock, unlock | send, receive | atomic add | select with default |
| --- | --- | --- | --- | --- |
TEXT
(cd "$bench/hookcost" && "$GO" test -count=100 . >/dev/null)
costs 'go test'
"$GOKNOT" fuzz -C "$bench/hookcost" -o "$bench/hookcost-campaign" -sched native -hooks off -quiet -fuzztime 100x -parallel 1 >/dev/null
costs 'native, -hooks off'
"$GOKNOT" fuzz -C "$bench/hookcost" -o "$bench/hookcost-campaign" -sched native -feedback none -quiet -fuzztime 100x -parallel 1 >/dev/null
costs 'native, -feedback none'
"$GOKNOT" fuzz -C "$bench/hookcost" -o "$bench/hookcost-campaign" -sched native -quiet -fuzztime 100x -parallel 1 >/dev/null
costs 'native'
echo
