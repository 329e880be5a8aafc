#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -race: each bundled race is found, with both positions, and so is the harm that it does, for which the racing
# accesses must be scheduling points; both replay with their schedule hash; the fixed twins stay clean; a race does not fail the test it is in; a target that eats memory is stopped although no limit can be set.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if goknot doctor && grep -q '^limited *race detector' out; then
	echo "$me: left out: $(grep '^limited *race detector' out)" >&2
	exit 0
fi

check_buggy() { # name
	local name=$1 want=$root/seeds/race/$1/expect.json crash
	goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -race -fuzztime 3000x -parallel 1 -seed 1 \
		"./race/$name/buggy"
	expect_rc 1 "fuzzing $name"
	cp out "$name.json"
	expect "$name: $(events finding 'map(.title)')" test "$(events finding "map(select(.verdict == \"race\").title) as \$t |
		(\$t | length) > 0 and (\$t - $(jq -c .races "$want") == [])")" = true
	expect "$name: not both stacks: $(events finding 'map(.stacks)')" test "$(events finding 'map(select(.verdict == "race")) |
		all(.[]; (.stacks | map(select(test("buggy.go:[0-9]+ in goknot.example/seeds/race/"))) | length) >= 2)')" = true
	# All harm that is told of, and nothing else.
	expect "$name: the harm: $(events finding 'map(.title)')" test "$(events finding "map(select(.verdict != \"race\").title)
		== $(jq -c 'if .harm == "" then [] else ["\(.harm): \(.harm_site)"] end' "$want")")" = true
	expect "$name: the race is told as a failure of the test" \
		test "$(events finding 'any(.[]; .message | test("race detected"))')" = false
	expect "$name: rejected or listed: $(events summary '.[0]')" test "$(events summary '.[0] | .rejected == 0 and .listed == 0')" = true
	[ "$(jq -r .harm "$want")" = "" ] || check_points "$name"
	cp "$name.json" out
	for crash in $(events finding '.[].crash_file'); do
		[[ "$crash" != *-race-* ]] || expect "$name: the report is not beside the file" grep -q 'WARNING: DATA RACE' "${crash%.crash}.output"
		goknot replay -C "$root/seeds" -o "$work/campaign" -json -n 5 "$crash"
		expect_rc 1 "five replays of $name"
		expect "$name: not 5 of 5: $(cat out)" test "$(events replay '.[0] | .reproduced == 5 and .same_hash == 5
			and .diverged == 0 and .verdict == .expected')" = true
	done
}

# The points are in the file: without them the schedule cannot be followed.
check_points() { # name
	local crash
	crash=$(jq -rn '[inputs] | map(select(.event == "finding" and .verdict != "race"))[0].crash_file' "$1.json")
	expect "$1: no accesses in the crash file" grep -Eq '^  memwrite [0-9a-f]{8} buggy.go:[0-9]+$' "$crash"
	goknot replay -C "$root/seeds" -o "$work/campaign" "$crash"
	expect_out ' *[0-9]+  G[0-9]+ .* memread buggy.go:[0-9]+.*'
}

check_fixed() { # name
	goknot fuzz -C "$root/seeds" -o "$work/fixed" -json -quiet -race -fuzztime 3000x -parallel 1 -seed 1 "./race/$1/fixed"
	expect_rc 0 "the fixed $1"
	expect "the fixed $1: $(cat out)" \
		test "$(events summary '.[0] | .runs >= 3000 and .findings == 0 and .rejected == 0')" = true
}

for program in "$root"/seeds/race/*/buggy; do
	check_buggy "$(basename "$(dirname "$program")")"
	check_fixed "$(basename "$(dirname "$program")")"
done

# Nothing orders the goroutines of this program but our scheduler, which must not hide the race: it is found in every
# one of 40 processes, each with a schedule of its own.
goknot fuzz -C "$root/seeds" -o "$work/each" -json -quiet -race -fresh 1 -fuzztime 40x -parallel 1 -seed 5 ./race/plainrace/buggy
expect_rc 1 "plainrace in fresh processes"
expect "plainrace was not found in each of its processes: $(tail -1 out)" \
	test "$(events summary '.[0] | .runs >= 40 and .processes >= .runs and .findings + .duplicates >= .runs')" = true

# What raced outlives a campaign that is killed, for the next one there to begin with.
"$GOKNOT" fuzz -C "$root/seeds" -o "$work/killed" -json -quiet -race -fuzztime 60s -parallel 1 -seed 1 ./race/plainrace/fixed \
	./race/plainrace/buggy >killed.json 2>killed.err &
victim=$!
for _ in $(seq 600); do
	grep -q '"verdict":"race"' killed.json && break
	sleep 0.1
done
sleep 1.5
kill -KILL "$victim"
wait "$victim" 2>/dev/null || true
goknot status -json "$work/killed"
expect_rc 0 "the status of a killed campaign"
expect "what raced is not kept: $(events target .)" test "$(events target 'map(.positions_raced) |
	(map(select(. >= 2)) | length) == 1 and min == 0')" = true
goknot fuzz -C "$root/seeds" -o "$work/killed" -json -quiet -race -fuzztime 1x -parallel 1 -seed 1 ./race/plainrace/buggy
expect "going on where the killed campaign was: exit code $rc" test "$rc" -le 1
goknot status "$work/killed"
expect_out ' *memory: [0-9]+ racing accesses, [0-9]+ shared ones in Test[A-Za-z]+ .*'

# Positions are the same to the race detector's reports and to the target also where lines count from the head of a
# function, in the standard library and in modules without a domain: what raced is not shared memory once more.
racing() { # module path, directory
	module "$2" "$1"
	cat >"$2/it_test.go" <<'GO'
package it

import (
	"container/list"
	"testing"
)

func two(f func()) {
	done := make(chan bool, 2)
	for range 2 {
		go func() {
			f()
			done <- true
		}()
	}
	<-done
	<-done
}

func TestOwn(t *testing.T) {
	n := 0
	two(func() { n++ })
}

func TestStandard(t *testing.T) {
	l := list.New()
	two(func() { l.PushBack(1) })
}
GO
	goknot fuzz -C "$2" -o "$work/$2-campaign" -json -quiet -race -fuzztime 2000x -parallel 1 -seed 1
	expect_rc 1 "races in $1"
	goknot status -json "$work/$2-campaign"
	# Of the nine accesses in container/list at which the goroutines share memory, two reads and two writes race first.
	expect "$1: positions that raced are not those of the target: $(events target .)" test "$(events target 'map({
		key: .test, value: [.positions_raced, .positions_shared]}) | from_entries |
		.TestOwn == [2, 0] and .TestStandard[0] >= 4 and (.TestStandard | add) <= 9')" = true
}
racing example.org/domain domain
racing plain plain

# A goroutine that outlives its run is no race with the next run.
module leftover example.org/leftover
cat >leftover/it_test.go <<'GO'
package leftover

import "testing"

var last int

func TestLeft(t *testing.T) {
	done := make(chan bool)
	go func() {
		done <- true
		last = 1
	}()
	<-done
}
GO
goknot fuzz -C leftover -o "$work/left" -json -quiet -race -fuzztime 500x -parallel 1 -seed 1
expect_rc 0 "runs that follow one another race"
expect "runs that follow one another race: $(cat out)" test "$(events summary '.[0] | .listed == 0 and .rejected == 0')" = true

# The shadow memory of the race detector leaves no room for the kernel's limit: goknot watches.
module eats example.org/eats
cat >eats/it_test.go <<'GO'
package eats

import "testing"

func TestEats(t *testing.T) {
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	var all [][]byte
	for first := <-c; first == 2; {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		all = append(all, b)
	}
}
GO
goknot fuzz -C eats -o "$work/eats-campaign" -json -quiet -race -fuzztime 500x -memory 300m -first -parallel 1 -seed 1
expect_rc 1 "eating memory"
expect "eating memory: $(cat out)" test "$(events finding 'length == 1 and .[0].verdict == "fatal" and
	(.[0].message | test("out of memory"))')" = true

# What the detector keeps of every run is no fault of the program: such a process makes room for another.
goknot fuzz -C "$root/seeds" -o "$work/grows" -json -quiet -race -fresh 100000 -fuzztime 20000x -memory 160m -parallel 1 -seed 1 \
	./race/mapaccess/fixed
expect_rc 0 "the detector's own memory"
expect "the detector's own memory: $(tail -1 out)" test "$(events summary '.[0] | .runs >= 20000 and .processes > 1 and
	.processes < 1000 and .rejected == 0 and .findings == 0')" = true

# What a toolchain lacks is one sentence.
CGO_ENABLED=1 CC=no-such-compiler goknot fuzz -C eats -o "$work/no-cc" -race
expect_refusal 2 'goknot fuzz: -race needs a C compiler for cgo, and no-such-compiler is not on PATH: install gcc'
CGO_ENABLED=0 goknot fuzz -C eats -o "$work/no-cgo" -race
expect_refusal 2 'goknot fuzz: -race needs cgo, which is off here: set CGO_ENABLED=1'
expect "left in TMPDIR: $(ls -A "$TMPDIR")" test -z "$(ls -A "$TMPDIR")"
done_testing
