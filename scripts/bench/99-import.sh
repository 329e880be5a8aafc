#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot corpus import of a recording: runs to the bug of a campaign that knows what production has shown, and of one that does not.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd scripts/bench/import && "$GO" build -o "$work/server" .)
if ! "$GOKNOT" record -o "$work/try.rec" -- "$work/server" </dev/null >"$work/out" 2>"$work/err"; then
	echo "bench: left out: $(cat "$work/err")" >&2
	exit 0
fi
cd scripts/bench/import
"$GOKNOT" fuzz -o "$work/blank" -seed 99 -parallel 1 -fuzztime 2x -quiet ./slots >/dev/null

# Runs, those under a chain, those that executed all of it, findings: until the first finding, or 20 s.
campaign() { # directory, seed
	"$GOKNOT" fuzz -o "$1" -seed "$2" -parallel 1 -first -fuzztime 20s -quiet -json ./slots |
		jq -r 'select(.event == "summary") | "\(.runs) \(.chain_runs) \(.chain_all) \(.findings)"' || true
}

seeds=${BENCH_SEEDS:-20}
for ((seed = 1; seed <= seeds; seed++)); do
	cp -R "$work/blank" "$work/without"
	cp -R "$work/blank" "$work/with"
	campaign "$work/without" "$seed" >>"$work/plain"
	"$GOKNOT" record -o "$work/run.rec" -- "$work/server" -late -pages 20 >/dev/null 2>&1 </dev/null
	"$GOKNOT" corpus import -json "$work/with" "$work/run.rec" | jq -r 'select(.event == "recording") | .written' >>"$work/chains"
	campaign "$work/with" "$seed" >>"$work/imported"
	rm -rf "$work/without" "$work/with"
done

cat <<TEXT
## Chains from a recording

A server (\`scripts/bench/import\`) lends slots, and takes back that of a page which takes too long; the page then gives back the slot of
somebody else. It is recorded while one page is late, and runs on. Of the test of its package, runs until the bug is found,
with \`-first -parallel 1\`, $seeds seeds of each, 20 s at most; each seed with a recording of its own, of which $(spread <"$work/chains" | awk '{ print $1 " (" $2 " to " $3 ")" }') chains
were made. Both campaigns have had two runs before. The two shares are means over the seeds.

| campaign | found | runs: median | smallest to greatest | within 150 runs | runs under a chain until then | of these, wholly executed |
| --- | --- | --- | --- | --- | --- | --- |
TEXT
row() { # what, file
	local runs
	runs=$(awk '{ print $1 }' "$2" | spread)
	awk -v what="$1" -v runs="$runs" '{ found += $4; if ($4 && $1 <= 150) soon++; chain += $2 / $1; if ($2) { whole += $3 / $2; n++ } } END {
		split(runs, r, " ")
		printf "| %s | %d of %d | %d | %d to %d | %d | %.0f %% | %.0f %% |\n", what, found, NR, r[1], r[2], r[3],
			soon, 100 * chain / NR, n ? 100 * whole / n : 0 }' "$2"
}
row "without" "$work/plain"
row "with the recording's chains" "$work/imported"
echo
