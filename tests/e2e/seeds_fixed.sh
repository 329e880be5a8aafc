#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The flags that find every bundled bug find nothing in its fixed twin. Arguments: programs, instead of all.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

programs=("$@")
[ $# -gt 0 ] || mapfile -t programs < <(cd "$root/seeds" && printf '%s\n' */fixed | cut -d / -f 1)
for name in "${programs[@]}"; do
	goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -first -fuzztime 5000x -parallel 1 -seed 1 \
		"./$name/fixed"
	expect_rc 0 "fuzzing the fixed $name"
	expect "$name: $(cat "$work/out")" test "$(events summary '.[0] | .findings == 0 and .rejected == 0 and .listed == 0
		and .set_aside == 0 and .preempted == 0 and .runs >= 5000')" = true
done
done_testing
