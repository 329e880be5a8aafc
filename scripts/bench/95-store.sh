#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How many rows the store takes, what a million pairs cost, and how many rows a second may be written beside a worker before it slows
# by two percent. BENCH_ROUNDS: pairs of campaigns for each rate; BENCH_SECONDS each.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

rounds=${BENCH_ROUNDS:-5}
work=$bench/store
rm -rf "$work"
mkdir -p "$work/db"
make -s "${BUILD:-build}/tools/store_speed" >&2
"${BUILD:-build}/tools/store_speed" "$work/db" >"$work/speed.txt"
speed() { awk -v k="$1" '$1 == k { print $2 }' "$work/speed.txt"; }
ms() { awk -v us="$(speed "$1")" 'BEGIN { printf "%.1f", us / 1000 }'; }

cat <<TEXT
## The store

Pairs between 20,000 operations in random order, committed by 50,000; then transactions of 1,000 new pairs, which is what a campaign
that finds 2,000 pairs a second writes each half second (median, greatest of 21); CPU time.

| what | measured |
| --- | --- |
| rows a second, into an empty store | $(speed rows_per_s_at_50000) |
| rows a second, at a million pairs | $(speed rows_per_s_at_1000000) |
| a transaction of 1,000, into an empty store | $(ms small_empty_us) ms, $(ms small_empty_most_us) ms |
| the same, at a million pairs | $(ms small_full_us) ms, $(ms small_full_most_us) ms |
| opening a million pairs, with the check | $(speed open_ms) ms |
| reading all of them | $(speed load_ms) ms |
| memory at the peak | $(speed peak_kib) KiB |
| the file | $(du -k "$work/db/goknot.db" | cut -f 1) KiB |

TEXT
rm -rf "$work/db"

cc -shared -fPIC -O2 -o "$work/rows.so" scripts/bench/store-rows.c -lsqlite3 -ldl
# Runs a second of a worker, beside so many rows in each transaction; and the rows a second.
campaign() { # rows in each transaction
	rm -rf "$work/campaign/"goknot.db* "$work/campaign/corpus"
	LD_PRELOAD=$work/rows.so ROWS=$1 ROWS_TOLD=$work/told bench_fuzz "$work/campaign" closerace/fixed -parallel 1 -seed 1 \
		-fuzztime "${seconds}s" >"$work/json"
	jq -r 'select(.event == "summary") | .runs / (.elapsed_ns / 1e9)' "$work/json"
}
campaign 0 >"$work/first"
cat <<TEXT
One worker on closerace/fixed, and rows that are added to each of its transactions, two a second: its runs a second against those of the
campaign without them just before, median and spread of $rounds pairs of $seconds s.

| rows a second | runs a second, of those without | spread |
| --- | --- | --- |
TEXT
for rows in 0 1000 2500 5000 10000 25000; do
	: >"$work/ratios"
	: >"$work/rates"
	for ((i = 0; i < rounds; i++)); do
		without=$(campaign 0)
		with=$(campaign $rows)
		awk -v a="$with" -v b="$without" 'BEGIN { print a / b }' >>"$work/ratios"
		awk -v s="$seconds" '{ print $2 / s }' "$work/told" >>"$work/rates"
	done
	read -r median least most < <(spread <"$work/ratios")
	read -r rate _ < <(spread <"$work/rates")
	awk -v r="$rate" -v m="$median" -v l="$least" -v h="$most" 'BEGIN { printf "| %.0f | %.1f %% | %.1f to %.1f %% |\n", r, 100 * m, 100 * l, 100 * h }'
done
echo
