#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What goknot minimize makes of schedules: those of the bundled bugs, against an exhaustive search; of the deep programs; and
# of tests with a thousand steps, all of them random. BENCH_MINIMIZE_SEEDS: schedules of each long test (7); BENCH_PROVE: time
# for each exhaustive search (60s).
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

seeds=${BENCH_MINIMIZE_SEEDS:-7}
prove=${BENCH_PROVE:-60s}
work=$bench/minimize
mkdir -p "$work"
all=0 replayed=0

# Finds something to minimise: prints the crash files.
found() { # module, flags and packages...
	local module=$1 rc=0
	shift
	rm -rf "$work/campaign/goknot.db"* "$work/campaign/"{crashes,corpus}
	"$GOKNOT" fuzz -C "$module" -o "$work/campaign" -quiet -json -parallel 1 -fuzzminimizetime 0 "$@" >"$work/found.json" || rc=$?
	[ "$rc" -le 1 ] || {
		echo "bench: fuzzing $module ended with exit code $rc" >&2
		exit 3
	}
	find "$work/campaign/crashes" -name '*.crash' | sort
}

# One line of figures: preemptions before and after, switches before and after, steps, runs, seconds, proved, runs of the proof,
# replays that were the same and all, operations of the shortest chain (0: no chain alone ends so).
shrunk() { # module, crash file, flags...
	local module=$1 file=$2 bucket
	shift 2
	"$GOKNOT" minimize -C "$module" -campaign "$work/campaign" -json -o "$work/small.crash" "$@" "$file" >"$work/small.json" || {
		echo "bench: $file cannot be minimised: $(jq -r .why "$work/small.json")" >&2
		exit 3
	}
	bucket=$(sed -n 's/^bucket: //p' "$file")
	jq -r '[.preemptions_before, .preemptions, .switches_before, .switches, .steps_before, .runs, .seconds, .proved,
		.proof_runs, .replays_same, .replays, (.chain | length)] | join(" ")' "$work/small.json"
	grep -qx "bucket: $bucket" "$work/small.crash" || {
		echo "bench: $file: another bucket" >&2
		exit 3
	}
}

table() { # name of the first column
	echo "| $1 | steps | preemptions | switches | chain | runs | s | fewest, by exhaustive search |"
	echo '| --- | --- | --- | --- | --- | --- | --- | --- |'
}

row() { # name, figures as of shrunk, whether a proof was asked for
	local p0 p1 s0 s1 steps runs seconds proved tried same of chain
	read -r p0 p1 s0 s1 steps runs seconds proved tried same of chain <<<"$2"
	all=$((all + of)) replayed=$((replayed + same))
	local proof=''
	if [ "$3" = prove ]; then
		if [ "$proved" = true ]; then proof="yes: $tried others"; else proof="open after $tried others"; fi
	fi
	[ "$chain" != 0 ] || chain=none
	echo "| $1 | $steps | $p0 to $p1 | $s0 to $s1 | $chain | $runs | $(printf '%.2f' "$seconds") | $proof |"
}

cat <<TEXT
## Minimised schedules

Schedules as a campaign found them, and what \`goknot minimize\` leaves: preemptions, changes of goroutine in all, runs and time that it took (one process each;
with the search, both). Chain: the operations of the shortest chain found that alone ends so, all else run-until-block. Fewest: every schedule with fewer preemptions was tried, by \`-prove\` in at most $prove.
Bars: the bundled bugs have the fewest; a schedule of 1,000 steps in under 200 runs and 2 s; every result replays 20 of 20 with its verdict and bucket.
Load average at the start: $(cut -d ' ' -f 1 /proc/loadavg).

TEXT
table 'bundled bug'
packages=()
for p in $(programs); do [ "$p" = race ] || packages+=("./$p/buggy"); done
found "$root/seeds" -seed 1 -fuzztime 30s "${packages[@]}" >"$work/files"
mkdir -p "$work/keep"
while read -r file; do cp "$file" "$work/keep/"; done <"$work/files"
while read -r file; do
	row "$(basename "$file" .crash)" "$(shrunk "$root/seeds" "$work/keep/$(basename "$file")" -prove -fuzztime "$prove")" prove
done <"$work/files"
echo
table 'deep program'
while read -r kind name _; do
	[ "$kind" = hand ] || continue
	file=$(found "$root/tests/deep" -seed 1 -first -fuzztime 60s "./hand/$name/buggy" | head -1)
	if [ -z "$file" ]; then
		echo "| $name | not found | | | | | | |"
		continue
	fi
	cp "$file" "$work/keep/deep.crash"
	row "$name" "$(shrunk "$root/tests/deep" "$work/keep/deep.crash")" none
done < <(grep -v '^#' "$root/tests/deep/set.txt")
echo
table 'long test, random schedule'
: >"$work/long"
for seed in $(seq "$seeds"); do
	found "$root/scripts/bench/minimize" -seed "$seed" -policy random -mutate=false -fuzztime 4s . >"$work/files"
	while read -r file; do
		cp "$file" "$work/keep/long.crash"
		figures=$(shrunk "$root/scripts/bench/minimize" "$work/keep/long.crash")
		echo "$figures" >>"$work/long"
		row "$(basename "$file" | cut -d - -f 1), seed $seed" "$figures" none
	done <"$work/files"
done
echo
runs=$(cut -d ' ' -f 6 "$work/long" | spread)
time=$(cut -d ' ' -f 7 "$work/long" | spread)
echo "Long tests, runs: median ${runs%% *}, most ${runs##* } ($(met "${runs##* }" '<' 200)); seconds: median ${time%% *}, most ${time##* } ($(met "${time##* }" '<' 2))."
echo "Replays of results that ended in the same verdict, bucket and schedule hash: $replayed of $all."
