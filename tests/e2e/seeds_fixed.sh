#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The flags that find every bundled bug find nothing in its fixed twin.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

for twin in "$root"/seeds/*/fixed; do
	name=$(basename "$(dirname "$twin")")
	goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -first -fuzztime 5000x -parallel 1 -seed 1 \
		"./$name/fixed"
	expect_rc 0 "fuzzing the fixed $name"
	expect "$name: $(cat "$work/out")" test "$(events summary '.[0] | .findings == 0 and .rejected == 0 and .listed == 0
		and .set_aside == 0 and .runs >= 5000')" = true
done
done_testing
