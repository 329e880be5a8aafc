#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What one step costs under each policy, with 10 to 10,000 goroutines. CPU time of goknot and the target together,
# what a short campaign takes off a longer one, so that building and starting do not count. BENCH_STEP_REPEATS: the median
# of so many; BENCH_STEP_POLICIES: only these; BENCH_STEP_PROGRAMS: an expression for the first column.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

runs=${BENCH_STEP_RUNS:-20}
repeats=${BENCH_STEP_REPEATS:-1}

# Prints steps and CPU seconds of a campaign.
campaign() { # runs, policy, test, flags...
	local n=$1 policy=$2 test=$3 cpu
	shift 3
	TIMEFORMAT='%U %S'
	rm -f "$bench"/step/goknot.db*
	cpu=$({ time "$GOKNOT" fuzz -C "$root/scripts/bench/step" -o "$bench/step" -json -quiet -parallel 1 -seed 1 \
		-fuzztime "${n}x" -policy "$policy" -run "^$test\$" "$@" . >"$bench/step.json"; } 2>&1)
	jq -r --arg cpu "$cpu" 'select(.event == "summary") | "\(.steps) \($cpu)"' "$bench/step.json" | awk '{ print $1, $2 + $3 }'
}

measure() { # policy, test, flags...
	local i
	for ((i = 0; i < repeats; i++)); do
		echo "$(campaign 16 "$@") $(campaign $((16 + runs)) "$@")"
	done | awk '{ print 1e9 * ($4 - $2) / ($3 - $1) }' | spread
}

row() { # program, policy, what, flags...
	local program=$1 policy=$2 what=$3 n ns first last line
	shift 3
	[[ $what =~ ${BENCH_STEP_PROGRAMS:-.} ]] || return 0
	line="| $what | $policy |"
	for n in 10 100 1000 10000; do
		ns=$(measure "$policy" "Test$program$n" "$@")
		ns=$(printf '%.0f' "${ns%% *}")
		[ "$n" -ne 10 ] || first=$ns
		last=$ns
		line+=" $ns |"
	done
	printf '%s %.1f | %s |\n' "$line" "$(awk "BEGIN { print $last / $first }")" \
		"$(if [ "$first" -le 250 ] && [ "$last" -le 500 ]; then echo yes; else echo '**missed**'; fi)"
}

cat <<'TEXT'
## A step by the number of goroutines

Nanoseconds of CPU a step, one worker, trace and feedback on; about 100,000 steps a run (made programs, `scripts/bench/step`),
the creation of the goroutines included. yield: all goroutines are runnable all the time; locks: each has a lock of its own; polls: all
are at one lock (TryLock). With chains: half of the requests have an active chain. Bound: 250 ns with 10 goroutines, no more
than twice that with 10,000.

| program | policy | 10 | 100 | 1,000 | 10,000 | ratio | met |
| --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
"$GOKNOT" fuzz -C "$root/scripts/bench/step" -o "$bench/step" -json -quiet -parallel 1 -fuzztime 1x . >"$bench/step.json"
for policy in ${BENCH_STEP_POLICIES:-fifo random pct pos rpos surw delay}; do
	row Yield "$policy" yield -mutate=false
	row Locks "$policy" locks -mutate=false
	row Polls "$policy" polls -mutate=false
	row Locks "$policy" 'locks, with chains'
done
echo
