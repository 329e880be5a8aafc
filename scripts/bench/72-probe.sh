#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The eBPF probe: what a hit costs, what attaching costs, what is lost at a million events a second, and the ring against
# the probe, and the events against the runtime's own functions, over every bundled program. BENCH_PROBE_PARTS: only these (cost, audit); BENCH_PROBE_RUNS: runs of all programs
# together in each mode; BENCH_PROBE_PROGRAMS: an expression for these. Part modules, which is not run unasked, fetches three real modules
# and audits each for BENCH_SECONDS in each mode.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

parts=${BENCH_PROBE_PARTS:-cost audit}
tool=$root/${BUILD:-build}/tools/probe_cost

# CPU nanoseconds a step of the campaign, what a short one takes off a longer one.
step() { # flags...
	local n cpu line=
	for n in 20 1020; do
		rm -f "$bench"/probe/goknot.db*
		TIMEFORMAT='%U %S'
		cpu=$({ time bench_fuzz "$bench/probe" deepchain/fixed -parallel 1 -seed 1 -policy random -mutate=false \
			-fuzztime "${n}x" "$@" >"$bench/probe.json"; } 2>&1)
		line+=" $(jq -r 'select(.event == "summary") | .steps' "$bench/probe.json") $cpu"
	done
	awk '{ print 1e9 * ($5 + $6 - $2 - $3) / ($4 - $1) }' <<<"$line"
}

steps() {
	local i
	step >/dev/null # builds
	for ((i = 0; i < 5; i++)); do
		echo "ring $(step -feedback ring)"
		echo "ebpf $(step -feedback ebpf)"
	done >"$bench/probe-steps.txt"
	for i in ring ebpf; do
		sed -n "s/^$i //p" "$bench/probe-steps.txt" | spread |
			awk -v kind="$i" '{ printf "| -feedback %s | %.0f | %.0f to %.0f |\n", kind, $1, $2, $3 }'
	done
}

cost() {
	cat <<'TEXT'
## The eBPF probe

One hit of a hook, nanoseconds of CPU on one pinned processor, 100,000 hits at a time, nine times, into a ring that is emptied
in between. Bound: 300 with the probe attached; nothing attached: not measurable.

| way | ns: median | smallest to greatest |
| --- | --- | --- |
TEXT
	"$tool" hits
	cat <<'TEXT'

Attaching and detaching for a campaign, ms of real time, nine times. Bound: 100 together.

| | ms: median | smallest to greatest |
| --- | --- | --- |
TEXT
	"$tool" attach
	cat <<'TEXT'

The same of the probes at the runtime's own functions, which an audit attaches to each binary: a target of deepchain/fixed. Bound: none.

| | ms: median | smallest to greatest |
| --- | --- | --- |
TEXT
	bench_fuzz "$bench/probe" deepchain/fixed -fuzztime 1x >/dev/null
	"$tool" attach "$(find "$bench/probe/build/bin" -name '*.test' | head -1)"
	cat <<'TEXT'

A million events a second for five seconds, from two threads on two processors. Bound: 0 lost.

| ring | events | a second | records | lost |
| --- | --- | --- | --- | --- |
TEXT
	"$tool" lost
	cat <<'TEXT'

A step of deepchain/fixed with one worker, nanoseconds of CPU of goknot and the target together, five times alternately.

| | ns: median | smallest to greatest |
| --- | --- | --- |
TEXT
	steps
	echo
}

left() { # mode: sum of the rule $name
	awk -v name="$name" '$1 == name { sum += $2 } END { printf "%d", sum }' "$bench/probe-left-$1.txt"
}

audit() {
	local sched program kind n runs name
	runs=${BENCH_PROBE_RUNS:-10000}
	n=$(programs | wc -l)
	n=$(((runs + 2 * n - 1) / (2 * n)))
	cat <<TEXT
## Ring against probe, events against the runtime

Every bundled program and its fixed twin, $n audited runs each in each mode: events that are the same in the ring and by
the probe, and operations that are the same by these events and by the runtime's own functions, one by one, and runs in which any was not.
Bound: 0 of these.

| mode | programs | runs | events | neighbours that raced | records lost | runs with a difference | operations | runs not compared | runs with a difference |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
	for sched in native controlled; do
		: >"$bench/probe-audit.txt"
		: >"$bench/probe-left-$sched.txt"
		for program in $(programs); do
			for kind in buggy fixed; do
				[[ $program/$kind =~ ${BENCH_PROBE_PROGRAMS:-.} ]] || continue
				rm -f "$bench"/probe-audit/goknot.db*
				bench_fuzz "$bench/probe-audit" "$program/$kind" -sched "$sched" -seed 1 -audit 1 -fuzzminimizetime 0s -fuzztime "${n}x" >"$bench/probe.json"
				jq -r 'select(.event == "summary") |
					"\(.checks) \(.checked_events) \(.checks_raced) \(.probe_lost) \(.checks - .checks_same) \(.runtime_pairs) \(.runtime_checks_unknown) \(.runtime_checks - .runtime_checks_same)"' \
					"$bench/probe.json" >>"$bench/probe-audit.txt"
				jq -r 'select(.event == "summary") | .runtime_left | to_entries[] | "\(.key) \(.value)"' "$bench/probe.json" >>"$bench/probe-left-$sched.txt"
				jq -r 'select(.event == "note") | .text' "$bench/probe.json" | grep differ | head -n 1 >&2 || true
			done
		done
		awk -v sched="$sched" '{ for (i = 1; i <= 8; i++) sum[i] += $i }
			END { printf "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d |\n", sched, NR, sum[1], sum[2], sum[3], sum[4], sum[5], sum[6], sum[7], sum[8] }' "$bench/probe-audit.txt"
	done
	cat <<TEXT

What has no counterpart in these runs, by rule ([probe.md](probe.md)).

| rule | native | controlled |
| --- | --- | --- |
TEXT
	cut -d' ' -f1 "$bench"/probe-left-*.txt | sort -u | while read -r name; do
		echo "| $name | $(left native) | $(left controlled) |"
	done
	echo
}

modules() {
	local sched module name
	# shellcheck source=scripts/bench/modules.bash
	. scripts/bench/modules.bash
	# shellcheck source=scripts/bench/modules-list.bash
	. scripts/bench/modules-list.bash
	cat <<TEXT
Real modules, $seconds s each in each mode.

| module | mode | runs | events | neighbours that raced | records lost | runs with a difference | operations | runs not compared | runs with a difference |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
	for module in "${proof_modules[@]}"; do
		case $module in */chi/* | *drpc* | *ants*) ;; *) continue ;; esac
		module=${module%%|*}
		name=${module%@*}
		name=$bench/probe-$(tr / - <<<"$name")
		fetch_module "$module" "$name" >&2
		for sched in native controlled; do
			"$GOKNOT" fuzz -C "$name" -o "$name.campaign" -json -quiet -sched "$sched" -seed 1 -audit 1 -fuzzminimizetime 0s \
				-fuzztime "${seconds}s" ./... >"$bench/probe.json" || [ $? -eq 1 ]
			jq -r --arg m "$module" --arg s "$sched" 'select(.event == "summary") |
				"| \($m) | \($s) | \(.checks) | \(.checked_events) | \(.checks_raced) | \(.probe_lost) | \(.checks - .checks_same) | \(.runtime_pairs) | \(.runtime_checks_unknown) | \(.runtime_checks - .runtime_checks_same) |"' \
				"$bench/probe.json"
			jq -r 'select(.event == "note") | .text' "$bench/probe.json" | grep differ >&2 || true
		done
	done
	echo
}

for part in $parts; do "$part"; done
