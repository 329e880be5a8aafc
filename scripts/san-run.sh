#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs a Criterion binary built with sanitizers. A leak does not change Criterion's exit code, so the
# reports go to files and any file is a failure.
#
# usage: san-run.sh PROGRAM [arg...]
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export ASAN_OPTIONS="log_path=$dir/san:detect_leaks=1:abort_on_error=0"
export UBSAN_OPTIONS="log_path=$dir/san:print_stacktrace=1"
rc=0
"$@" || rc=$?
for report in "$dir"/*; do
	[ -e "$report" ] || continue
	cat "$report" >&2
	rc=1
done
exit "$rc"
