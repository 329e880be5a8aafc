#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The fixed twins: nothing may be found with the flags that find the bugs.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

runs=${BENCH_RUNS:-100000}
cat <<TEXT
## Fixed twins

$runs runs of each twin, same flags as found the bug. Bound: 0 findings, and a candidate that replay rejects or that is
listed counts against goknot as well.

| twin | runs | seconds | findings | rejected | listed |
| --- | --- | --- | --- | --- | --- |
TEXT
rm -rf "$bench/twins"
for program in $(programs); do
	bench_fuzz "$bench/twins" "$program/fixed" -parallel 1 -fuzztime "${runs}x" -seed 1 |
		jq -r --arg p "$program" 'select(.event == "summary") |
			"| \($p) | \(.runs) | \(.elapsed_ns / 1e8 | round / 10) | \(.findings) | \(.rejected) | \(.listed) |"'
done | tee "$bench/twins.txt"
awk -F '|' '{ bad += $5 + $6 + $7 } END { printf "\n%d twins, %s.\n\n", NR, bad ? "**missed**" : "all clean" }' "$bench/twins.txt"
