#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A finding of one Go release replays with another one, and with the same schedule hash: names of operations in the
# standard library, and numbers of primitives, hang on no release's lines and first-use work.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

for release in $(knot_go_others); do
	if ! goroot=$("$root/scripts/fetch-go.sh" "$release" 2>why); then
		skip "replay with another Go release" "$(cat why)"
		continue
	fi
	for program in contextleak selecttimeout statusmanager lostsignal; do
		goknot fuzz -C "$root/seeds" -o campaign -json -quiet -first -fuzztime 10000x -parallel 1 -seed 1 ./$program/buggy
		expect_rc 1 "fuzzing $program"
		crash=$(events finding '.[0].crash_file')
		GOTOOLCHAIN=local GOKNOT_GO=$goroot/bin/go goknot replay -C "$root/seeds" -o "other-$release" -json -n 3 "$crash"
		expect_rc 1 "replay of $program with go$release"
		expect "$program with go$release: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3
			and .diverged == 0 and (.release | test("is of go.*, and this is go"))')" = true
	done
done
done_testing
