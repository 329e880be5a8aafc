#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs rings of tests and sums them up; the last line is always "N passed, N failed". A ring that cannot
# be built or run counts as failed.
#
# usage: run-tests.sh unit|san|cli|e2e|go|fuzz...
# from the environment: BUILD (default build), SAN_BUILD, LAYERS, GO_MODS, FUZZTIME (seconds per parser)
set -u

cd "$(dirname "$0")/.." || exit 3
BUILD=${BUILD:-build}
passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

report() { # name, passed, failed
	passed=$((passed + $2))
	failed=$((failed + $3))
	if [ "$3" -eq 0 ]; then
		printf 'ok   %s (%d)\n' "$1" "$2"
	else
		sed 's/^/     /' "$log"
		printf 'FAIL %s (%d of %d)\n' "$1" "$3" "$(($2 + $3))"
	fi
}

# Criterion's own summary gives the counts; a binary that dies without one is one failure, and so is
# a non-zero exit with nothing failing (a sanitizer's report).
criterion_ring() { # label, build directory, wrapper...
	local label=$1 dir=$2 layer rc ok bad
	shift 2
	for layer in $LAYERS; do
		rc=0
		"$@" "$dir/unit/$layer" --color=never >"$log" 2>&1 || rc=$?
		ok=$(sed -n 's/.*Synthesis: .*Passing: \([0-9]*\).*/\1/p' "$log" | tail -1)
		bad=$(sed -n 's/.*Failing: \([0-9]*\) | Crashing: \([0-9]*\).*/\1 + \2/p' "$log" | tail -1)
		bad=$((${bad:-0}))
		if [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
		if [ "${ok:-0}" -eq 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
		report "$label/$layer" "${ok:-0}" "$bad"
	done
}

script_ring() { # directory
	local t
	for t in tests/"$1"/*.sh; do
		[ -e "$t" ] || continue
		# lib*.sh are sourced by the tests.
		case ${t##*/} in lib*.sh) continue ;; esac
		if GOKNOT=$(realpath "$BUILD")/goknot bash "$t" >"$log" 2>&1 </dev/null; then
			report "${t%.sh}" 1 0
		else
			report "${t%.sh}" 0 1
		fi
	done
}

go_ring() {
	local mod rc ok bad
	if [ -z "${GO_MODS:-}" ]; then return; fi
	# shellcheck source=scripts/go-env.sh
	. scripts/go-env.sh 2>"$log" || { report go 0 1; return; }
	for mod in $GO_MODS; do
		rc=0
		(cd "$mod" && GOFLAGS='' GOWORK=off "$GO" test -count=1 -v ./...) >"$log" 2>&1 || rc=$?
		ok=$(grep -c '^--- PASS' "$log")
		bad=$(grep -c '^--- FAIL' "$log")
		if [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
		report "go/$mod" "$ok" "$bad"
	done
}

fuzz_ring() {
	local src name corpus
	for src in tests/fuzz/fuzz_*.c; do
		[ -e "$src" ] || continue
		name=$(basename "$src" .c)
		corpus=$BUILD/fuzz/corpus/${name#fuzz_}
		mkdir -p "$corpus" "$BUILD/fuzz/found"
		if "$BUILD/fuzz/$name" -max_total_time="${FUZZTIME:-60}" -timeout=10 -rss_limit_mb=2048 \
			-max_len=16384 -artifact_prefix="$BUILD/fuzz/found/$name-" \
			"$corpus" "tests/fuzz/corpus/${name#fuzz_}" >"$log" 2>&1; then
			report "fuzz/${name#fuzz_}" 1 0
		else
			report "fuzz/${name#fuzz_}" 0 1
		fi
	done
}

LAYERS=${LAYERS-$(cd tests/unit && echo *)}
for ring; do
	case $ring in
	unit) criterion_ring unit "$BUILD" env ;;
	san) criterion_ring san "${SAN_BUILD:-$BUILD}" scripts/san-run.sh ;;
	cli | e2e) script_ring "$ring" ;;
	go) go_ring ;;
	fuzz) fuzz_ring ;;
	*) echo "run-tests: unknown ring $ring" >&2; exit 2 ;;
	esac
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
