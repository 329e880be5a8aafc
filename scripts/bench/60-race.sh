#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What -race costs, and how soon the bundled races and the harm they do are found.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

if "$GOKNOT" doctor -json | jq -es 'any(.[]; .check == "race detector" and .status != "ok")' >/dev/null; then
	echo "bench: left out, no race detector here" >&2
	exit 0
fi

# Runs a CPU second of goknot and the target together: other work on the machine counts for little.
rate() { # program, flags...
	local program=$1 seed cpu
	shift
	bench_fuzz "$bench/race-rate" "$program" -parallel 1 -fuzztime 1x "$@" >"$bench/warm.json"
	TIMEFORMAT='%U %S'
	for seed in 1 2 3; do
		# Building is in neither: the shorter campaign is taken off the longer one.
		for time in 1 "$((seconds + 1))"; do
			cpu=$({ time bench_fuzz "$bench/race-rate" "$program" -parallel 1 -fuzztime "${time}s" -seed "$seed" "$@" \
				>"$bench/race-rate.json"; } 2>&1)
			jq -r --arg cpu "$cpu" 'select(.event == "summary") | "\(.runs) \($cpu)"' "$bench/race-rate.json"
		done | paste -sd ' ' | awk '{ print ($4 - $1) / ($5 + $6 - $2 - $3) }'
	done | spread | cut -d ' ' -f 1
}

cat <<'TEXT'
## The race detector

Runs a CPU second of goknot and the target together, one worker, median of three campaigns: without `-race`, with it,
and how many times slower that is. In the last two rows every run has a process of its own.

| program | without | with -race | times |
| --- | --- | --- | --- |
TEXT
row() { # what, program, flags...
	local what=$1 without with
	shift
	without=$(rate "$@")
	with=$(rate "$@" -race)
	awk -v what="$what" -v a="$without" -v b="$with" 'BEGIN { printf "| %s | %.0f | %.0f | %.1f |\n", what, a, b, a / b }'
}
row closerace/fixed closerace/fixed
row deepchain/fixed deepchain/fixed
row race/lostupdate/fixed race/lostupdate/fixed
row 'race/lostupdate/buggy (accesses are points)' race/lostupdate/buggy
row 'closerace/fixed, one process a run' closerace/fixed -fresh 1
row 'race/lostupdate/fixed, one process a run' race/lostupdate/fixed -fresh 1

cat <<'TEXT'

Each bundled race with five seeds, one worker, 20,000 runs: milliseconds of the campaign until the first race and until
its harm was verified, median (greatest), and how many campaigns found them.

| program | harm | race: ms | found | harm: ms | found |
| --- | --- | --- | --- | --- | --- |
TEXT
# Milliseconds at which a finding of the kind appeared: the text says nothing of time, so each line gets its own.
for dir in "$root"/seeds/race/*/; do
	program=$(basename "$dir")
	harm=$(jq -r '.harm | if . == "" then "none" else . end' "$dir/expect.json")
	: >"$bench/race.txt"
	for seed in $(seq "${BENCH_SEEDS:-5}"); do
		rm -rf "$bench/race/$program/goknot.db"*
		bench_fuzz "$bench/race/$program" "race/$program/buggy" -race -parallel 1 -fuzztime 20000x -seed "$seed" |
			while IFS= read -r line; do echo "$(date +%s%3N) $line"; done >"$bench/race-lines.txt"
		awk -v harm="$harm" -v OFS=' ' '
			{ event = $0; sub(/^[0-9]+ /, "", event) }
			event ~ /"event": *"finding"/ && event ~ /"verdict": *"race"/ && !race { race = $1 }
			event ~ /"event": *"finding"/ && event ~ "\"verdict\": *\"" harm "\"" && !other { other = $1 }
			event ~ /"event": *"summary"/ { match(event, /"elapsed_ns": *[0-9]+/)
				ns = substr(event, RSTART, RLENGTH); sub(/.*: */, "", ns); start = $1 - ns / 1e6 }
			END { print race ? race - start : "-", other ? other - start : "-" }' "$bench/race-lines.txt" >>"$bench/race.txt"
	done
	for column in 1 2; do
		cut -d ' ' -f "$column" "$bench/race.txt" | awk '$1 != "-"' >"$bench/race-column.txt"
		found=$(wc -l <"$bench/race-column.txt")
		if [ "$found" -gt 0 ]; then
			spread <"$bench/race-column.txt" | awk -v n="$found" '{ printf "%.0f (%.0f) | %d\n", $1, $3, n }'
		else echo " | 0"; fi
	done | paste -sd '|' | awk -v p="$program" -v h="$harm" '{ gsub(/\|/, " | "); gsub(/  +/, " "); printf "| %s | %s | %s |\n", p, h, $0 }'
done
echo
