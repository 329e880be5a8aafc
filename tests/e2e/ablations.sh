#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The ablation switches of the paper mean what they say: what is counted and what is made under each.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cp -R "$root/seeds" module
cd module

numbers() { # campaign, flags...: pairs, runs under a chain, chains kept
	local campaign=$1
	shift
	goknot fuzz -o "../$campaign" -seed 1 -parallel 1 -fuzztime 20000x -json -quiet "$@" ./statusmanager/fixed
	expect_rc 0 "goknot fuzz $*"
	read -r pairs chains kept <<<"$(events summary '.[0] | "\(.pairs) \(.chain_runs) \(.corpus)"')"
}

numbers full
expect "with feedback and chains: $pairs pairs, $chains runs under chains, $kept kept" test "$pairs" -gt 0 -a "$chains" -gt 0 -a "$kept" -gt 0
numbers fb -feedback none
expect "without feedback pairs are counted, chains are made and none is kept: $pairs, $chains, $kept" \
	test "$pairs" -gt 0 -a "$chains" -gt 0 -a "$kept" = 0
numbers mu -mutate=false
expect "without chains pairs are counted: $pairs, $chains, $kept" test "$pairs" -gt 0 -a "$chains" = 0 -a "$kept" = 0
numbers bare -feedback none -mutate=false
expect "without both nothing is recorded: $pairs, $chains, $kept" test "$pairs" = 0 -a "$chains" = 0 -a "$kept" = 0

# The classic algorithm: 100 free runs, all others under a chain; on either scheduler.
numbers gopie -policy gopie
expect "gopie: $pairs pairs, $chains runs under chains, $kept kept" test "$pairs" -gt 0 -a "$chains" = 19900 -a "$kept" -gt 10
goknot fuzz -o ../stock -seed 1 -parallel 1 -fuzztime 300x -json -quiet -sched native -policy gopie ./statusmanager/fixed
expect_rc 0 "gopie on the stock scheduler"
expect "gopie on the stock scheduler: $(tail -1 "$work/out")" \
	test "$(events summary '.[0] | .chain_runs == 200 and .chain_any > 100 and .corpus > 0')" = true

done_testing
