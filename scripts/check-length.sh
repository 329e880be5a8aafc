#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# C: functions of at most 80 lines, files of at most 600, headers of at most 150 (the shared-memory
# layout, a table, is exempt).
set -eu

cd "$(dirname "$0")/.."
# shellcheck disable=SC2016 # an awk program
find fuzzer instrument tests -name '*.[ch]' | sort | xargs awk '
function file_done() {
	limit = name ~ /\.h$/ ? 150 : 600
	if (lines > limit && name !~ /wire\/abi\.h$/) {
		printf "%s: %d lines, more than %d\n", name, lines, limit
		bad = 1
	}
}
FNR == 1 {
	if (name != "") file_done()
	name = FILENAME
	start = 0
}
{ lines = FNR }
# Kernel style: the body of a function is the only brace pair in column 1.
/^\{/ { start = FNR; head = previous }
/^\}/ && start {
	if (FNR - start > 80) {
		printf "%s:%d: function of %d lines, more than 80: %s\n", name, start, FNR - start, head
		bad = 1
	}
	start = 0
}
{ previous = $0 }
END { if (name != "") file_done(); exit bad }' >&2
