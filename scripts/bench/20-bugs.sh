#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How soon each bundled bug is found, and how many candidates did not replay.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

rm -rf "$bench/bugs" "$bench/bugs.txt"
cat <<'TEXT'
## Bugs

Each bundled bug with five seeds, one worker, all defaults, until the first verified finding; the time is that of
the campaign with verification, without building. Bound: 10 s and 10,000 runs, every time.

| program | verdict | runs: median (max) | ms: median (max) | within |
| --- | --- | --- | --- | --- |
TEXT
for program in $(programs); do
	for seed in $(seq "${BENCH_SEEDS:-5}"); do
		# Own campaigns: what one seed has learnt must not help the next. The build cache of go is shared.
		rm -rf "$bench/bugs/$program/goknot.db"*
		bench_fuzz "$bench/bugs/$program" "$program/buggy" -parallel 1 -first -fuzzminimizetime 0 -fuzztime 20000x -seed "$seed" |
			jq -rn '[inputs] | (map(select(.event == "finding"))[0].verdict // "none") as $v |
				.[-1] | "\($v) \(.runs) \(.elapsed_ns / 1e6) \(.findings) \(.rejected) \(.listed) \(.replays)
				\(.replays_same)" | gsub("\\s+"; " ")'
	done >"$bench/bug.txt"
	cat "$bench/bug.txt" >>"$bench/bugs.txt"
	runs=$(cut -d ' ' -f 2 "$bench/bug.txt" | spread)
	ms=$(cut -d ' ' -f 3 "$bench/bug.txt" | spread)
	ok=$(awk '$1 == "none" || $2 > 10000 || $3 > 10000 { bad = 1 } END { print bad ? "**missed**" : "yes" }' "$bench/bug.txt")
	printf '| %s | %s | %d (%d) | %.0f (%.0f) | %s |\n' "$program" "$(cut -d ' ' -f 1 "$bench/bug.txt" | sort -u | paste -sd,)" \
		"${runs%% *}" "${runs##* }" "${ms%% *}" "${ms##* }" "$ok"
done

# The campaigns above stop at the first finding. Going on shows more candidates.
rm -rf "$bench/share"
for program in $(programs); do
	bench_fuzz "$bench/share" "$program/buggy" -parallel 1 -fuzztime 2s -seed 1 |
		jq -r 'select(.event == "summary") | "x 0 0 \(.findings) \(.rejected) \(.listed) \(.replays) \(.replays_same)"'
done >"$bench/share.txt"
awk '{ found += $4; rejected += $5; listed += $6; replays += $7; same += $8 } END {
	share = 100 * rejected / (found + rejected)
	printf "\nCandidates over all campaigns above and 2 s more on each program: %d verified, %d rejected by replay:\n", found, rejected
	printf "%.2f %% (bound: under 1 %%, %s). Verification replays that ended as the candidate had: %d of %d. Listed without being\n", \
		share, share < 1 ? "met" : "**missed**", same, replays
	printf "findings: %d.\n\n", listed }' "$bench/bugs.txt" "$bench/share.txt"
