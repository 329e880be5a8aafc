#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -trials: of the chains that a campaign refused as impossible none can be had by force, and most of those that it tried.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

for program in flakyassert contextleak; do
	goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -parallel 1 -seed 1 -fuzztime 60000x \
		-trials 16 -tries 200 "./$program/fixed"
	expect_rc 0 "$program"
	expect "$program: what was refused was forced as often as asked for, in vain: $(cat "$work/out")" \
		test "$(events trial 'map(select(.refused)) | length >= 5 and all(.[]; .runs == 200 and (.had | not))')" = true
	expect "$program: what was tried was had in the campaign, or by force where that failed" \
		test "$(events trial 'map(select(.refused | not)) | length == 16 and
			all(.[]; .campaign_runs > 0 and (.had or .runs == 200) and (.campaign_whole == 0 or (.had and .runs == 0))) and
			any(.[]; .had and .runs > 0) and (map(select(.had)) | length) >= 10')" = true
	expect "$program: the summary counts them" test "$(events summary '.[0] |
		.trials_refused >= 5 and .trials_refused_had == 0 and .trials_tried == 16 and .trials_tried_had >= 10')" = true
	rm -rf "$work/campaign"
done

# What is restored is no more than what was known: the states of channels, for one, are no operations.
for start in 1 2; do
	goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -parallel 1 -seed "$start" -fuzztime 20000x \
		-trials 100 -tries 20 ./sharedorder/fixed
	expect "start $start: chains are made of operations: $(cat "$work/out")" test "$(events trial 'length >= 10 and
		all(.[]; .chain | test("chan(full|empty|closed)") | not)')" = true
done

goknot fuzz -C "$root/seeds" -o "$work/campaign" -quiet -parallel 1 -seed 1 -fuzztime 20000x -trials 4 -tries 20 ./flakyassert/fixed
expect_rc 0 "as text"
expect "the sum is told: $(cat "$work/out")" grep -Eq 'trials: 0 of [1-4] chains refused as impossible could be had; [1-4] of 4 that were tried' "$work/out"
goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -parallel 1 -seed 1 -fuzztime 2000x ./flakyassert/fixed
expect "nothing is forced unasked" test "$(events trial length)$(events summary '.[0].trials_tried')" = 00
done_testing
