#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Two parts that are no decoration: scheduling chains find what the policy under them does not, and the inserted hooks
# what the scheduling points inside the runtime do not.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

fuzz() {
	goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -first -fuzztime 40000x -parallel 1 -seed 2 "$@"
}

fuzz -policy random -mutate=false ./deepchain/buggy
expect_rc 0 "deepchain without chains"
expect "deepchain without chains: $(cat "$work/out")" \
	test "$(events summary '.[0] | .chain_runs == 0 and .rejected == 0 and .runs >= 40000')" = true
fuzz -policy random ./deepchain/buggy
expect_rc 1 "deepchain with chains"
expect "deepchain with chains: $(tail -1 "$work/out")" test "$(events summary '.[0].chain_any > 0')" = true
crash=$(events finding '.[0].crash_file')
expect "the finding's chain is saved" grep -Eq '^chain: [2-9]' "$crash"

# What is asked for is had: a share of the runs that a chain was given, not of the machine's speed.
for program in containermonitor closerace contextleak; do
	goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -fuzztime 60000x -parallel 1 -seed 1 "./$program/fixed"
	expect_rc 0 "$program under chains"
	expect "of the runs under chains 95 % execute an operation of it, 85 % all of it: $(tail -1 "$work/out")" \
		test "$(events summary '.[0] | .chain_runs >= 500 and .chain_any >= 0.95 * .chain_runs and .chain_all >= 0.85 * .chain_runs')" = true
done

fuzz -hooks=off ./atomicflag/buggy
expect_rc 0 "atomicflag without hooks"
expect "atomicflag without hooks: $(cat "$work/out")" \
	test "$(events summary '.[0] | .rejected == 0 and .runs >= 20000')" = true
fuzz ./atomicflag/buggy
expect_rc 1 "atomicflag with hooks"
done_testing
