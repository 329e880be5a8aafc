#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -race on the stock scheduler: a race is told with both stacks and once, comes again as a share of native runs, and has
# a schedule under the controlled scheduler that replays exactly; the fixed twins stay clean.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if goknot doctor && grep -q '^limited *race detector' out; then
	echo "$me: left out: $(grep '^limited *race detector' out)" >&2
	exit 0
fi

# What is found within the time is up to the machine; what is found has to be right.
check_buggy() { # name
	local name=$1 races crash controlled
	races=$(jq -c .races "$root/seeds/race/$name/expect.json")
	goknot fuzz -C "$root/seeds" -o "$work/$name" -json -quiet -race -sched native -fuzztime 3s -parallel 1 -seed 1 "./race/$name/buggy"
	expect_rc 1 "fuzzing $name natively"
	cp out "$name.json"
	expect "$name: $(events finding 'map(.title)')" test "$(events finding "map(select(.verdict == \"race\").title) as \$t |
		(\$t | length) > 0 and (\$t | unique | length) == (\$t | length) and (\$t - $races == [])")" = true
	expect "$name: not both stacks: $(events finding 'map(.stacks)')" test "$(events finding 'map(select(.verdict == "race")) |
		all(.[]; .sched == "native" and (.stacks | map(select(test("buggy.go:[0-9]+ in goknot.example/seeds/race/"))) | length) >= 2)')" = true
	# What is too rare to come again natively has a schedule. That of a panic is not known to be the same one each time.
	[ "$name" = checkthenact ] || expect "$name: rejected: $(cat out)" test "$(events summary '.[0].rejected')" = 0
	crash=$(events finding 'map(select(.verdict == "race"))[0].crash_file')
	controlled=$(events finding 'map(select(.verdict == "race"))[0].controlled_file')
	expect "$name: the report is not beside the file" grep -q 'WARNING: DATA RACE' "${crash%.crash}.output"
	goknot replay -C "$root/seeds" -o "$work/$name" "$crash"
	expect_rc 1 "$name: ten native runs"
	expect_out 'replay: [0-9]+ of 10 native runs reproduced \(race\); when it was saved [0-9]+ of [0-9]+'
	expect_out '(read|write) by goroutine [0-9]+'
	expect_out 'previous (read|write) by goroutine [0-9]+'
	expect "$name: no stack in the replay" grep -Eq 'buggy.go:[0-9]+ in goknot.example/seeds/race/' out
	expect "$name: no schedule of it: $controlled" test -f "$controlled"
	goknot replay -C "$root/seeds" -o "$work/$name" -json -n 5 "$controlled"
	expect_rc 1 "$name: the controlled replay"
	expect "$name: not exactly: $(cat out)" test "$(events replay '.[0] | .sched == "controlled" and .verdict == "race" and
		.reproduced == 5 and .same_hash == 5 and .diverged == 0')" = true
}

check_fixed() { # name
	goknot fuzz -C "$root/seeds" -o "$work/fixed" -json -quiet -race -sched native -fuzztime 500x -parallel 1 -seed 1 "./race/$1/fixed"
	expect_rc 0 "the fixed $1"
	expect "the fixed $1: $(cat out)" test "$(events summary '.[0] | .findings == 0 and .rejected == 0 and .listed == 0')" = true
}

for name in checkthenact lostupdate plainrace; do
	check_buggy "$name"
	check_fixed "$name"
done
done_testing
