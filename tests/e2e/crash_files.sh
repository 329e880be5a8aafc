#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The committed crash files, written by earlier versions, replay with the verdict and the schedule hash they hold.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

for crash in "$root"/crashes/*.crash; do
	name=$(basename "$crash")
	value() { sed -n "s/^$1: //p" "$crash"; }
	goknot replay -C "$root/seeds" -o "$work/campaign" -json -n 3 "$crash"
	expect_rc 1 "replay of $name"
	expect "$name: $(cat out)" test "$(events replay ".[0] | .verdict == \"$(value verdict)\" and
		.schedule_hash == \"$(value schedule_hash)\" and .steps == $(value steps) and
		.reproduced == 3 and .same_hash == 3 and .diverged == 0")" = true
	goknot replay -C "$root/seeds" -o "$work/campaign" -trace "$work/trace" "$crash"
	expect_rc 1 "replay of $name"
	# What a person reads: every step of the schedule, the goroutines, and at the end who waits for whom.
	expect "$name: the interleaving has not as many steps as the schedule" \
		test "$(grep -Ec '^ *[0-9]+  G[0-9]+ ' trace)" = "$(value steps)"
	case $(value verdict) in leak | deadlock) expect_out '.*G[0-9]+ \(T.*\) blocked in .*' ;; esac
	expect_out "replay: 1 of 1 reproduced \($(value verdict)\), schedule hash $(value schedule_hash) as saved.*"
done
for version in 1 2; do
	expect "no crash file of version $version is committed" \
		grep -qx "goknot crash $version" "$root"/crashes/*.crash
done
done_testing
