#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Two workers against one: runs a second, and beside it what two plain processes reach against one on the same machine in the
# same minute. BENCH_ROUNDS: pairs; BENCH_SECONDS of each campaign.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

rounds=${BENCH_ROUNDS:-10}

# Loops a second of so many processes that do nothing but compute.
plain() { # processes
	local i
	for ((i = 0; i < $1; i++)); do
		perl -MTime::HiRes=time -e '$end = time + $ARGV[0]; while (time < $end) { for (1 .. 1000) { $n += $_ * $_ % 7 } $loops++ } print "$loops\n"' "$seconds" &
	done | awk -v s="$seconds" '{ sum += $1 } END { print sum / s }'
	wait
}
campaign() { # program, workers
	rm -rf "$bench/workers/"goknot.db* "$bench/workers/corpus" "$bench/workers/crashes"
	bench_fuzz "$bench/workers" "$1" -parallel "$2" -seed 1 -fuzztime "${seconds}s" >"$bench/workers.json"
	jq -r 'select(.event == "summary") | .runs / (.elapsed_ns / 1e9)' "$bench/workers.json"
}

cat <<TEXT
## Two workers against one

Runs a second with \`-parallel 2\` over those with \`-parallel 1\`, $seconds s each, the one right behind the other; beside it the loops a
second of two processes that only compute over those of one, measured in the same round. Median and spread of $rounds rounds. Bound: 1.5.

| program | one worker, runs/s | two workers, runs/s | ratio | spread | two plain processes | spread | met |
| --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
for program in closerace/fixed pipeline/fixed deepchain/fixed; do
	campaign $program 2 >/dev/null
	for f in one two ratio plain; do : >"$bench/workers.$f"; done
	for ((i = 0; i < rounds; i++)); do
		one=$(campaign $program 1)
		two=$(campaign $program 2)
		echo "$one" >>"$bench/workers.one"
		echo "$two" >>"$bench/workers.two"
		awk -v a="$one" -v b="$two" 'BEGIN { print b / a }' >>"$bench/workers.ratio"
		awk -v a="$(plain 1)" -v b="$(plain 2)" 'BEGIN { print b / a }' >>"$bench/workers.plain"
	done
	read -r one _ < <(spread <"$bench/workers.one")
	read -r two _ < <(spread <"$bench/workers.two")
	read -r ratio least most < <(spread <"$bench/workers.ratio")
	read -r plain pleast pmost < <(spread <"$bench/workers.plain")
	printf '| %s | %.0f | %.0f | %.2f | %.2f to %.2f | %.2f | %.2f to %.2f | %s |\n' $program "$one" "$two" "$ratio" "$least" "$most" \
		"$plain" "$pleast" "$pmost" "$(met "$ratio" '>=' 1.5)"
done
echo
