#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Every bundled bug is found within 10 s and 10,000 runs with the verdict and at the sites that expect.json
# gives, and what was saved replays five times out of five with the same schedule hash. Arguments:
# programs, instead of all.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# Where a site must show: who is blocked stands in the title; what a dead goroutine did last, and what spinning
# ones do, stands in the interleaving.
site_shows() { # name, verdict, title, file:line, operation
	case $2:$5 in
	leak:* | deadlock:*) [[ "$3, " == *"$5 $4, "* ]] ;;
	*:fail) [[ "$3, " == *" $4, "* ]] ;;
	livelock:*) grep -q " $5 $4\b" <(tail -n 200 "$work/$1.trace") ;;
	*) [[ "$3, " == *" $4, "* ]] && grep -q " $5 $4\b" <(tail -n 8 "$work/$1.trace") ;;
	esac
}

check_program() { # name
	local name=$1 want=$root/seeds/$1/expect.json verdict title crash where op
	goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -first -fuzztime 10000x -parallel 1 -seed 1 \
		"./$name/buggy"
	expect_rc 1 "fuzzing $name"
	[ "$rc" -eq 1 ] || return 0
	expect "$name: more than 10 s or 10,000 runs" \
		test "$(events summary 'all(.[]; .elapsed_ns <= 1e10 and .runs <= 10000)')" = true
	expect "$name: rejected candidates" test "$(events summary '.[0].rejected')" = 0
	expect "$name: preempted by the watchdog" test "$(events summary '.[0].preempted')" = 0
	expect "$name: not one finding" test "$(events finding length)" = 1
	verdict=$(events finding '.[0].verdict')
	title=$(events finding '.[0].title')
	crash=$(events finding '.[0].crash_file')
	expect "$name: verdict $verdict" test "$verdict" = "$(jq -r .verdict "$want")"

	goknot replay -C "$root/seeds" -o "$work/campaign" -quiet -trace "$work/$name.trace" "$crash"
	expect_rc 1 "replay of $name"
	while read -r where op; do
		expect "$name: \"$title\" and its interleaving do not show $op $where" \
			site_shows "$name" "$verdict" "$title" "$where" "$op"
	done < <(jq -r '.sites[]' "$want")

	goknot replay -C "$root/seeds" -o "$work/campaign" -json -n 5 "$crash"
	expect_rc 1 "five replays of $name"
	expect "$name: not 5 of 5: $(cat "$work/out")" test "$(events replay '.[0] | .reproduced == 5 and .same_hash == 5
		and .diverged == 0 and .schedule_hash == .expected_hash and .verdict == .expected')" = true
}

programs=("$@")
[ $# -gt 0 ] || mapfile -t programs < <(cd "$root/seeds" && printf '%s\n' */buggy | cut -d / -f 1)
for program in "${programs[@]}"; do
	check_program "$program"
done
expect "the campaign's status" "$GOKNOT" status "$work/campaign" >"$work/status"
expect "status lists $(grep -c 'crashes/' "$work/status") findings" \
	test "$(grep -c 'crashes/' "$work/status")" -eq "${#programs[@]}"
done_testing
