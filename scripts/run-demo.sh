#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What goknot is for, on a bundled program: find the deadlock, show its crash file, replay it exactly.
set -euo pipefail

cd "$(dirname "$0")/.."
# shellcheck source=scripts/go-env.sh
. scripts/go-env.sh
goknot=$PWD/${BUILD:-build}/goknot
campaign=$PWD/${BUILD:-build}/demo
if ! [ -x "$goknot" ]; then
	echo "run-demo: $goknot is not built: run make" >&2
	exit 3
fi
rm -rf "$campaign"

show() {
	printf '\n$ %s\n' "$*"
}

# 1 is what a fuzzer hopes for: a bug was found.
expect_finding() {
	local rc=0
	"$@" || rc=$?
	if [ "$rc" -ne 1 ]; then
		echo "run-demo: the command ended with exit code $rc instead of 1 (bug found)" >&2
		exit 3
	fi
}

show "goknot fuzz -C seeds -run TestStatusManager -fuzztime 10s -first ./statusmanager/buggy"
expect_finding "$goknot" fuzz -C seeds -o "$campaign" -run TestStatusManager -fuzztime 10s -first \
	./statusmanager/buggy

# goknot writes crash files in line 1's own words; its companions (output, dump) are other files.
crash=$(grep -lx 'goknot crash [0-9]*' "$campaign"/crashes/* | head -1)
if [ -z "$crash" ]; then
	echo "run-demo: a finding was reported but $campaign/crashes holds no crash file" >&2
	exit 3
fi
show "cat ${crash#"$PWD"/}"
cat "$crash"

show "goknot replay -n 3 ${crash#"$PWD"/}"
expect_finding "$goknot" replay -C seeds -n 3 "$crash"
