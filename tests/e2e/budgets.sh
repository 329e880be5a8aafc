#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A campaign over many tests: each has its turns, time goes where pairs grow, who only repeats itself steps back;
# and with one worker and one seed it is the same campaign in another process, run for run.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module many example.org/many
cat >many/many_test.go <<'TEXT'
package many

import (
	"bytes"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Pairs go on growing for long: many goroutines at few locks and a channel.
func TestDeep(t *testing.T) {
	var locks [6]sync.Mutex
	var wg sync.WaitGroup
	ch := make(chan int, 3)
	for g := 0; g < 150; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 2; i++ {
				l := &locks[(g*5+i*7)%6]
				l.Lock()
				select {
				case ch <- g:
				case <-ch:
				default:
				}
				l.Unlock()
			}
		}()
	}
	wg.Wait()
}

// The same end whatever the schedule.
func TestStuck(t *testing.T) {
	done := make(chan bool)
	go func() { time.Sleep(time.Millisecond) }()
	<-done
}

// Computes for long, without any operation.
func TestSlow(t *testing.T) {
	for begin := clock(); clock() < begin+300; {
	}
}

// Milliseconds of the machine's clock, which virtual time does not hide.
func clock() int64 {
	b, _ := os.ReadFile("/proc/uptime")
	f, _ := strconv.ParseFloat(string(bytes.Fields(b)[0]), 64)
	return int64(f * 1000)
}
TEXT
for i in $(seq 30); do
	printf '\nfunc TestTrivial%02d(t *testing.T) {\n\tc := make(chan int)\n\tgo func() { c <- %d }()\n\t<-c\n}\n' "$i" "$i"
done >>many/many_test.go
cd many

targets() { events target "$1"; } # jq filter over all of them
fuzz() { # campaign, flags...
	local campaign=$1
	shift
	goknot fuzz -o "../$campaign" -parallel 1 -json -quiet "$@" .
}

# --- time -------------------------------------------------------------------------------------

fuzz timed -seed 1 -fuzztime 24s
expect_rc 1 "a while over 33 tests"
goknot status -json ../timed
shares=$(targets 'map({test, s: (.used_ns / 1e9), runs, pairs}) | sort_by(-.s) | .[:4]')
expect "all tests have run" test "$(targets 'map(select(.runs == 0)) | length')" = 0
expect "the test whose pairs grow has most of the time: $shares" \
	test "$(targets 'map(select(.test == "TestDeep").used_ns)[0] > (map(.used_ns) | add) * 0.4')" = true
expect "the one that always ends alike has little: $shares" \
	test "$(targets 'map(select(.test == "TestStuck").used_ns)[0] < (map(.used_ns) | add) * 0.1')" = true
expect "a slow one has its turns and no more: $shares" \
	test "$(targets '(map(.used_ns) | add) * 0.3 > map(select(.test == "TestSlow" and .runs >= 2).used_ns)[0]')" = true
cycles=$(sed -n 's/^cycles_done *: //p' ../timed/fuzzer_stats)
expect "nobody starves: $cycles turns each" test "$cycles" -ge 1

# --- numbers of runs --------------------------------------------------------------------------

fuzz few -seed 1 -skip Slow -fuzztime 5x
expect "no test goes without a run, however few are asked for" test "$(events summary '.[0].runs')" = 32
goknot status -json ../few
expect "each has one" test "$(targets 'map(.runs) | unique | tostring')" = '[1]'
fuzz exact -seed 1 -skip Slow -fuzztime 3217x
expect "as many runs as were asked for" test "$(events summary '.[0].runs')" = 3217
goknot status -json ../exact
expect "nobody has less than its share, but who only repeats itself" test "$(targets 'map(select(.test != "TestStuck").runs) | min >= (3217 / 32 | floor)')" = true

# The other worker would have run off all of them by the time the process of the late one is there.
mkdir -p ../late/{late,quick}
printf 'module example.org/late\n\ngo 1.23\n' >../late/go.mod
for package in late quick; do
	sed -n '/^func TestTrivial01/,/^}/p' many_test.go | sed "1i package $package\n\nimport \"testing\"" >"../late/$package/some_test.go"
done
cat >../late/late/init_test.go <<'TEXT'
package late

func init() {
	for begin := clock(); clock() < begin+700; {
	}
}
TEXT
{
	printf 'package late\n\nimport (\n\t"bytes"\n\t"os"\n\t"strconv"\n)\n\n'
	sed -n '/^\/\/ Milliseconds of/,/^}/p' many_test.go
} >../late/late/clock_test.go
goknot fuzz -C ../late -o ../late/campaign -parallel 2 -json -quiet -seed 1 -fuzztime 4000x ./...
expect "as many runs as were asked for, by two workers" test "$(events summary '.[0].runs')" = 4000
goknot status -json ../late/campaign
expect "half of them are kept for a process that starts late: $(targets 'map({test, runs})')" test "$(targets 'map(.runs) | tostring')" = '[2000,2000]'

# --- the same again ---------------------------------------------------------------------------

# All that a campaign has come to, without the clock's part in it.
came_to() { # campaign
	goknot status -json "$1"
	jq -rn '[inputs] | map(select(.event == "target" or .event == "finding" or .event == "policy")
		| del(.used_ns, .last_new_pair_run)) | map(tostring) | .[]' "$work/out"
	(
		cd "$1/corpus"
		printf '%s\n' *
	)
	(cd "$1/crashes" && grep -h '^\(seed\|bucket\|schedule_hash\|steps\):' ./*.crash)
}

cp -R "$root/seeds/statusmanager/buggy" status
cp -R "$root/seeds/deepchain/buggy" deepchain
for n in one two; do
	goknot fuzz -o "../$n" -parallel 1 -seed 99 -skip Slow -fuzztime 30000x -json -quiet ./...
	expect_rc 1 "a campaign of 30,000 runs over three packages"
	expect "it has findings" test "$(events finding 'length')" -ge 2
	came_to "../$n" >"$work/$n.txt"
done
expect "there is something to compare: $(wc -l <"$work/one.txt") lines" test "$(wc -l <"$work/one.txt")" -ge 60
expect "the same seed gives the same campaign: $(diff "$work/one.txt" "$work/two.txt" | head -5)" cmp -s "$work/one.txt" "$work/two.txt"
goknot fuzz -o ../three -parallel 1 -seed 100 -skip Slow -fuzztime 30000x -json -quiet ./...
came_to ../three >"$work/three.txt"
expect "another seed gives another one" test "$(comm -12 <(sort "$work/one.txt") <(sort "$work/three.txt") | wc -l)" -lt "$(wc -l <"$work/one.txt")"

done_testing
