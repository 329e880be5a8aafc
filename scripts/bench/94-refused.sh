#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Chains refused as impossible: can any of them be had by force? And of the chains that were tried: which can never be
# had, though nothing refused them? The bundled programs and their twins, one worker, BENCH_SECONDS (2) each; then up to
# BENCH_CHAINS (100) of either kind, drawn evenly, are forced for BENCH_TRIES (1000) runs. A bad end costs a process, so
# those of the buggy programs are forced for a quarter of that, and a quarter as many.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

seconds=${BENCH_SECONDS:-2}
chains=${BENCH_CHAINS:-100}
tries=${BENCH_TRIES:-1000}
rows=$bench/refused.rows
: >"$rows"
for dir in seeds/*/buggy seeds/*/fixed; do
	program=${dir#seeds/}
	share=1
	case $program in */buggy) share=4 ;; esac
	rm -rf "$bench"/refused/goknot.db* "$bench/refused/"{crashes,corpus}
	bench_fuzz "$bench/refused" "$program" -parallel 1 -seed 1 -fuzztime "${seconds}s" \
		-trials $((chains / share)) -tries $((tries / share)) >"$bench/refused.json"
	jq -rn --arg program "$program" '[inputs | select(.event == "trial")] |
		(map(select(.refused)) | [length, (map(select(.had)) | length)]) +
		(map(select(.refused | not)) | [length, (map(select(.had | not)) | length),
			(map(select((.had | not) and .refused_now)) | length),
			(map(.campaign_runs) | add // 0), (map(select(.had | not) | .campaign_runs) | add // 0)]) |
		"\($program) \(map(tostring) | join(" "))"' "$bench/refused.json" >>"$rows"
done
cat <<TEXT
## Refused chains

Chains that the campaign refused as impossible, and those of them that were had by force in up to $tries runs ($((tries / 4)) where the program is buggy). Then chains that it
tried, those of them that were had neither in the campaign nor by force, and how many of these happens-before forbids when all runs
are known; and the runs that such chains took of all that the sampled ones took. Bounds, for all programs together: no refused chain is had; under 1 % of those tried turn out to be forbidden.

| program | refused | had | tried | never had | forbidden after all | runs | of chains never had |
| --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
awk '{ printf "| %s | %d | %d | %d | %d | %d | %d | %.1f %% |\n", $1, $2, $3, $4, $5, $6, $7, $7 ? 100 * $8 / $7 : 0
	for (i = 2; i <= 8; i++) sum[i] += $i }
	END { printf "| together | %d | %d (%.1f %%) | %d | %d (%.1f %%) | %d (%.1f %%) | %d | %.1f %% |\n\n", sum[2], sum[3], 100 * sum[3] / sum[2],
			sum[4], sum[5], 100 * sum[5] / sum[4], sum[6], 100 * sum[6] / sum[4], sum[7], 100 * sum[8] / sum[7]
		exit !(sum[3] == 0 && sum[6] < 0.01 * sum[4]) }' "$rows"
