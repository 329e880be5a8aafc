#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs a Criterion binary built with sanitizers, or a test script whose goknot is. A leak does not change
# Criterion's exit code, nor need a script look at every one, so the reports go to files and any report is
# a failure, save leaks of Criterion itself: its runner loses 48 bytes per test with a time-out (2.4.1).
#
# usage: san-run.sh PROGRAM [arg...]
set -eu

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export ASAN_OPTIONS="log_path=$dir/san:detect_leaks=1:abort_on_error=0:exitcode=99"
export UBSAN_OPTIONS="log_path=$dir/san:print_stacktrace=1"

# A leak is Criterion's own when the caller of the allocator (frame 1) is in its library. A
# suppression would not do: every test runs below a frame of that library.
only_criterion_leaks() {
	awk '
	/ERROR: / && !/LeakSanitizer/ { other = 1 }
	/runtime error:/ { other = 1 }
	/(Direct|Indirect) leak of/ { leaks++ }
	/^ *#1 / && /libcriterion\.so/ { own++ }
	END { exit !(leaks > 0 && leaks == own && !other) }' "$1"
}

rc=0
"$@" || rc=$?
# 99: the runner process itself had something to report, which the files tell better.
[ "$rc" -ne 99 ] || rc=0
for report in "$dir"/*; do
	[ -e "$report" ] || continue
	only_criterion_leaks "$report" && continue
	cat "$report" >&2
	rc=1
done
exit "$rc"
