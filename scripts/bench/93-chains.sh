#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Of the runs under a chain: in how many was an operation of it executed under order control, and in how many all of it in
# order? The bundled programs and their twins, one worker, BENCH_SECONDS (2) each.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

seconds=${BENCH_SECONDS:-2}
rows=$bench/chains.rows
: >"$rows"
for dir in seeds/*/buggy seeds/*/fixed; do
	program=${dir#seeds/}
	rm -rf "$bench"/chains/goknot.db* "$bench/chains/"{crashes,corpus}
	bench_fuzz "$bench/chains" "$program" -parallel 1 -seed 1 -fuzztime "${seconds}s" >"$bench/chains.json"
	jq -r --arg program "$program" 'select(.event == "summary") | "\($program) \(.chain_runs) \(.chain_any) \(.chain_all)"' "$bench/chains.json" >>"$rows"
done
cat <<TEXT
## Chains

Runs under a chain, in which an operation of the chain was executed, and all of it in order. Bounds, for all programs together: 95 % and 85 %.

| program | runs | an operation | all of it |
| --- | --- | --- | --- |
TEXT
awk '$2 > 0 { printf "| %s | %d | %.1f %% | %.1f %% |\n", $1, $2, 100 * $3 / $2, 100 * $4 / $2 }
	{ runs += $2; some += $3; whole += $4 }
	END { printf "| together | %d | %.1f %% | %.1f %% |\n\n", runs, 100 * some / runs, 100 * whole / runs
		exit !(some >= 0.95 * runs && whole >= 0.85 * runs) }' "$rows"
