#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs per second and nanoseconds a step, one worker, trace and feedback on. A campaign of one second is taken
# off one that is longer, so that building and starting do not count.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

# Prints runs, steps, wall nanoseconds and CPU seconds (goknot and the target together).
campaign() { # seconds, program, flags...
	local time=$1 program=$2 out cpu
	shift 2
	out=$bench/speed.json
	TIMEFORMAT='%U %S'
	cpu=$({ time bench_fuzz "$bench/speed" "$program" -parallel 1 -fuzztime "${time}s" "$@" >"$out"; } 2>&1)
	jq -r --arg cpu "$cpu" 'select(.event == "summary") | "\(.runs) \(.steps) \(.elapsed_ns) \($cpu)"' "$out" |
		awk '{ print $1, $2, $3, $4 + $5 }'
}

measure() { # what, program, bound for runs/s, bound for ns a step, flags...
	local what=$1 program=$2 bound=$3 step_bound=$4 seed rate cpu step steps
	shift 4
	bench_fuzz "$bench/speed" "$program" -parallel 1 -fuzztime 1x >"$bench/warm.json"
	for seed in 1 2 3 4 5; do
		echo "$(campaign 1 "$program" -seed "$seed" "$@") $(campaign "$((seconds + 1))" "$program" -seed "$seed" "$@")"
	done | awk '{ runs = $5 - $1; steps = $6 - $2; wall = ($7 - $3) / 1e9; cpu = $8 - $4
		print runs / wall, runs / cpu, 1e9 * wall / steps, steps / runs, 1e9 * cpu / steps }' >"$bench/speed.txt"
	rate=$(cut -d ' ' -f 1 "$bench/speed.txt" | spread)
	cpu=$(cut -d ' ' -f 2 "$bench/speed.txt" | spread)
	step=$(cut -d ' ' -f 3 "$bench/speed.txt" | spread)
	steps=$(cut -d ' ' -f 4 "$bench/speed.txt" | spread)
	awk -v what="$what" -v rate="$rate" -v cpu="$cpu" -v step="$step" -v steps="$steps" \
		-v good="$(met "${rate%% *}" '>=' "$bound")" -v step_good="$(met "${step%% *}" '<=' "$step_bound")" 'BEGIN {
		split(rate, r); split(cpu, c); split(step, s); split(steps, n)
		printf "| %s | %.0f | %d (%d to %d) | %d | %s | %d (%d to %d) | %s |\n", what, n[1], r[1], r[2], r[3], c[1],
			good, s[1], s[2], s[3], step_good }'
}

cat <<'TEXT'
## Speed

One worker (`-parallel 1`), trace and feedback on, median of five campaigns (smallest to greatest). A CPU second
is one of goknot and the target together; where nothing else runs on the machine the two rates should be close.
The last columns are time by steps: of a short run most goes into starting and ending it, so the long runs of
deepchain tell what a step costs.

| program | steps a run | runs/s | runs/CPU s | >= bound | ns a step | <= 400 |
| --- | --- | --- | --- | --- | --- | --- |
TEXT
measure 'closerace/fixed, in process (bound 200,000)' closerace/fixed 200000 ''
measure 'closerace/fixed, no feedback (no bound)' closerace/fixed '' '' -feedback none -mutate=false
measure 'statusmanager/fixed, in process (no bound)' statusmanager/fixed '' ''
measure 'deepchain/fixed, in process (no bound)' deepchain/fixed '' 400
measure 'closerace/fixed, one process a run (bound 300)' closerace/fixed 300 '' -fresh 1
echo
