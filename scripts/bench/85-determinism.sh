#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# One seed of one policy in many fresh processes, for each bundled program: how many schedule hashes are there?
# BENCH_PROCESSES: how many processes (1,000); BENCH_PROGRAMS: an expression for the programs (all).
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

tool=$root/${BUILD:-build}/tools/seed_hashes
processes=${BENCH_PROCESSES:-1000}
programs=${BENCH_PROGRAMS:-.}
seed=7
rc=0

rm -rf "$bench/determinism"
bench_fuzz "$bench/determinism" ... -fuzztime 1x >"$bench/determinism.json"
cat <<TEXT
## Determinism

Seed $seed of the policies random and pct in $processes processes each that have run nothing before: different runs, a run being
its end, number of steps and schedule hash. Bound: 1. Load average at the start: $(cut -d ' ' -f 1 /proc/loadavg).

| program | steps | random | pct | met |
| --- | --- | --- | --- | --- |
TEXT
while read -r package dir test; do
	row="| ${package#*/seeds/} |"
	good=yes
	for policy in random pct; do
		"$tool" "$bench/determinism/build/bin/${package//\//+}.test" "$dir" "$test" "$policy" "$seed" 1 1 "$processes" >"$bench/hashes"
		lines=$(wc -l <"$bench/hashes")
		[ "$lines" -eq "$processes" ] || { echo "bench: $package: $lines of $processes processes have run" >&2; exit 3; }
		[ "$policy" != random ] || row+=" $(cut -d ' ' -f 3 "$bench/hashes" | sort -u | paste -sd ' ') |"
		different=$(sort -u "$bench/hashes" | wc -l)
		row+=" $different |"
		[ "$different" -eq 1 ] || good='**missed**'
	done
	[ "$good" = yes ] || rc=1
	echo "$row $good |"
done < <(jq -r --arg programs "$programs" '.packages[] | select((.path | test("/(buggy|fixed)$")) and (.path | test($programs)))
	| "\(.path) \(.dir) \(.tests[0])"' "$bench/determinism/build/tests.json")
echo
exit "$rc"
