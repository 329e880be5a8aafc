#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The two bundled programs whose bug is missed when a part of goknot is switched off: a million runs each.
# From the environment: BENCH_BLIND_RUNS (default 1000000).
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

runs=${BENCH_BLIND_RUNS:-1000000}

# Sets found: the median of runs and milliseconds until the first finding, as 20-bugs.sh takes them.
search() { # program, flags...
	local program=$1 seed
	shift
	for seed in $(seq "${BENCH_SEEDS:-5}"); do
		rm -rf "$bench/parts/goknot.db"*
		bench_fuzz "$bench/parts" "$program" -parallel 1 "$@" -first -fuzzminimizetime 0 -fuzztime 20000x -seed "$seed" |
			jq -r 'select(.event == "summary") | "\(.findings) \(.runs) \(.elapsed_ns / 1e6)"'
	done >"$bench/parts.txt"
	if [ "$(cut -d ' ' -f 1 "$bench/parts.txt" | sort -u)" != 1 ]; then
		found='**not with every seed**'
		return
	fi
	found=$(printf '%d runs, %.0f ms' "$(cut -d ' ' -f 2 "$bench/parts.txt" | spread | cut -d ' ' -f 1)" \
		"$(cut -d ' ' -f 3 "$bench/parts.txt" | spread | cut -d ' ' -f 1)")
}

measure() { # program, part, flags with it, flags without it
	local program=$1 part=$2 with=$3 without=$4
	# shellcheck disable=SC2086 # flags are words
	search "$program" $with
	rm -rf "$bench/parts/goknot.db"*
	# shellcheck disable=SC2086
	bench_fuzz "$bench/parts" "$program" -parallel 1 $without -fuzztime "${runs}x" -seed 1 |
		jq -r --arg p "$program: $part" --arg on "\`${with:-defaults}\`" --arg off "\`$without\`" --arg found "$found" '
			select(.event == "summary") | "| \($p) | \($on) | \($found) | \($off) | \(.runs) | \(.elapsed_ns / 1e8 | round / 10) |"
			+ " \(.findings) | \(.rejected) | \(.listed) | \(if .findings == 0 then "yes" else "**no**" end) |"'
}

rm -rf "$bench/parts"
cat <<TEXT
## What the parts are for

Two bundled programs with a part of goknot and without it, all else equal. With it five seeds (at most 20,000 runs each)
have to find the bug; without it $runs runs (seed 1) may find nothing. One worker.

| program: part | with it | found in a median of | without it | runs | seconds | findings | rejected | listed | needed |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
measure deepchain/buggy "chains under a blind policy" "-policy random" "-policy random -mutate=false"
measure atomicflag/buggy "the inserted hooks" "" "-hooks off"
echo
