#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot export -go on the bundled bugs: which of them fail without goknot, how reliably, and whether the fixed twin passes
# when it is held to the same order. BENCH_EXPORT_TIMES: runs of each (10).
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

times=${BENCH_EXPORT_TIMES:-10}
work=$bench/export-go
rm -rf "$work"
mkdir -p "$work"
bugs=0 exported=0 reliable=0 passing=0

# The twin in the place of the program, as somebody who mends the bug would have it.
mend() { # program
	local f
	rm -rf "$work/mended"
	mkdir -p "$work/mended/$1/buggy"
	cp "$root/seeds/go.mod" "$work/mended/"
	for f in "$root/seeds/$1/fixed/"*.go; do
		cp "$f" "$work/mended/$1/buggy/$(basename "$f" | sed 's/^fixed/buggy/')"
	done
}

# "fails 10 of 10 ...": 10
failures() { sed -n 's/^fails \([0-9]*\) of [0-9]* with .*/\1/p' "$1" | tail -1; }

row() { # program
	local file turns same twin plain why preemptions
	bench_fuzz "$work/campaign-$1" "$1/buggy" -seed 1 -parallel 1 -fuzztime "${seconds}s" >/dev/null
	file=$(find "$work/campaign-$1/crashes" -name '*.crash' | sort | head -1)
	[ -n "$file" ] || {
		echo "| $1 | not found | | | | | |"
		return 0
	}
	bugs=$((bugs + 1))
	preemptions=$(grep -c ' is stopped before ' "$file" || true)
	if "$GOKNOT" export -go -n "$times" -C "$root/seeds" -campaign "$work/campaign-$1" -o "$work/$1" "$file" >"$work/out" 2>"$work/err"; then
		exported=$((exported + 1))
		same=$(failures "$work/out")
		turns=$(sed -n 's/.*: \([0-9]*\) turns of .*/\1/p' "$work/out")
		[ "$same" -lt "$times" ] || reliable=$((reliable + 1))
		(cd "$root/seeds" && go run "$work/$1/run.go" -plain -n "$times") >"$work/plain" 2>&1 || true
		plain=$(failures "$work/plain")
		mend "$1"
		(cd "$work/mended" && go run "$work/$1/run.go" -n "$times") >"$work/twin" 2>&1 || true
		twin=$(failures "$work/twin")
		if [ "$twin" = 0 ] && ! grep -q 'in another way' "$work/twin"; then passing=$((passing + 1)); fi
		echo "| $1 | $(sed -n 's/^verdict: //p' "$file") | $preemptions | $turns | $same of $times | $plain of $times | $twin of $times |"
	else
		why=$(sed -n 's/.* cannot be exported as a Go test: //p; s/^    //p' "$work/err" | paste -sd ';' | sed 's/;/; /g')
		echo "| $1 | $(sed -n 's/^verdict: //p' "$file") | $preemptions | no: $why | | | |"
	fi
}

cat <<TEXT
## Bugs that fail without goknot

\`goknot export -go\` on each bundled bug, as a campaign of $seconds s leaves its crash file: the test on the stock scheduler, held to the order of turns.
Preemptions: critical switches that stop somebody who could go on. Without the order: the same test by itself, which sees no leak. The twin is the fixed program in the place of the buggy one.
Load average at the start: $(cut -d ' ' -f 1 /proc/loadavg).

| bundled bug | verdict | preemptions | turns | fails | without the order | fixed twin fails |
| --- | --- | --- | --- | --- | --- | --- |
TEXT
for p in $(programs); do [ "$p" = race ] || row "$p"; done
for p in "$root"/seeds/race/*/buggy; do
	name=race/$(basename "$(dirname "$p")")
	mkdir -p "$work/race"
	bench_fuzz "$work/campaign-race" "$name/buggy" -race -seed 1 -parallel 1 -fuzztime "${seconds}s" >/dev/null
	for file in "$work"/campaign-race/crashes/*.crash; do
		[ -e "$file" ] || continue
		rc=0
		"$GOKNOT" export -go -n "$times" -C "$root/seeds" -campaign "$work/campaign-race" -o "$work/race/out" "$file" >"$work/out" 2>"$work/err" || rc=$?
		rm -rf "$work/race/out"
		if [ "$rc" -eq 0 ]; then how=yes; else how=$(sed -n 's/.* cannot be exported as a Go test: /no: /p' "$work/err"); fi
		echo "| $name | $(sed -n 's/^verdict: //p' "$file") | $(grep -c ' is stopped before ' "$file" || true) | $how | $(failures "$work/out") | | |"
	done
	rm -rf "$work/campaign-race/goknot.db"* "$work/campaign-race/"{crashes,corpus}
done
echo
echo "Exported: $exported of $bugs bugs of the first kind, $reliable of them with $times of $times; fixed twins that pass: $passing of $exported."
