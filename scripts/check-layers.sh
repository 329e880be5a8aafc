#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A file includes headers of its own layer and of lower ones only, and third-party headers stay where
# they belong.
set -eu

cd "$(dirname "$0")/.."
declare -A allowed=(
	[base]="base"
	[wire]="wire base"
	[sys]="sys wire base"
	[store]="store wire base"
	[explore]="explore wire base"
	[instrument]="instrument sys wire base"
	[engine]="engine instrument explore store sys wire base"
	[view]="view store sys wire base"
	[cmd]="cmd view engine instrument explore store sys wire base"
)
bad=0

check_file() { # file layer
	local target
	while read -r target; do
		case " ${allowed[$2]} " in
		*" $target "*) ;;
		*)
			echo "$1: layer $2 must not include $target/" >&2
			bad=1
			;;
		esac
	done < <(sed -n 's|^#include "\([a-z]*\)/.*|\1|p' "$1")
}

for layer in "${!allowed[@]}"; do
	dir=fuzzer/$layer
	[ "$layer" = instrument ] && dir=instrument
	for f in "$dir"/*.[ch]; do
		if [ -e "$f" ]; then check_file "$f" "$layer"; fi
	done
done

check_header() { # regexp of the header, regexp of the files that may include it
	local f
	for f in $(grep -lE "^#include <$1" -r fuzzer instrument --include='*.[ch]' || true); do
		if ! [[ $f =~ ^($2)$ ]]; then
			echo "$f: <$1> belongs to $2" >&2
			bad=1
		fi
	done
}
check_header 'sqlite3\.h' 'fuzzer/store/.*'
check_header '(bpf|knot)/' 'fuzzer/sys/(probe|recorder)\.c'
check_header '(libelf|gelf|elfutils|capstone)' 'fuzzer/sys/elf\.c'
check_header 'jansson\.h' 'fuzzer/wire/(golist|json|recording_json|sites|tests|timeline_json)\.[ch]|fuzzer/view/(emit_json|html_data|perfetto|recording_perfetto|sarif)\.c|instrument/.*\.c'
check_header '(n?curses|term)\.h' 'fuzzer/view/screen\.c'
check_header 'Random123/' 'fuzzer/base/rng\.c'
check_header 'uthash\.h' 'fuzzer/base/table\.h'
exit "$bad"
