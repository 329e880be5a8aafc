#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Runs rings of tests and sums them up; the last line is always "N passed, N failed", and ", N skipped" behind
# it when some checks could not be made here. A ring that cannot be built or run, or is empty, counts as failed.
#
# A test says what it leaves out in a line `skip WHAT: WHY`, from wherever it runs; Criterion and Go have their
# own ways. A script that could check nothing at all exits with 77.
#
# releases: the Go tests and the end-to-end ring with every Go release that goknot supports; newest: a short form
# with those of the newest two that the other rings do not use. A release that cannot be had is skipped.
#
# san, san-cli and san-e2e: unit, cli and e2e with what SAN_BUILD holds, where any report is a failure;
# san-short: the end-to-end ring without what differs for Go and not for C: most of the bundled programs, settings of the
# build, shapes of tests, constructs of the language, rules of the scheduler, what threads do, and what is about time.
#
# usage: run-tests.sh unit|cli|e2e|san|san-cli|san-e2e|san-short|go|fuzz|newest|releases...
# from the environment: BUILD (default build), SAN_BUILD, LAYERS, GO_MODS, FUZZTIME (seconds per parser),
# GO_RELEASES (see fetch-go.sh), RELEASES (instead of all)
set -u

cd "$(dirname "$0")/.." || exit 3
BUILD=${BUILD:-build}
built=$BUILD # what is tested
wrapper=(env) # and run by
passed=0
failed=0
skipped=0
log=$(mktemp)
trap 'rm -f "$log"*' EXIT

label= # in front of each name
report() { # name, passed, failed, seconds where that is known
	local bad=$3 line skips took=${4:+, $4 s}
	set -- "$label$1" "$2" "$3"
	skips=$(skips_in_log)
	# Neither good nor bad and no word why: nothing was tested.
	if [ "$2" -eq 0 ] && [ "$bad" -eq 0 ] && [ -z "$skips" ]; then bad=1; fi
	passed=$((passed + $2))
	failed=$((failed + bad))
	if [ "$bad" -gt 0 ]; then
		sed 's/^/     /' "$log"
		failures_in_log
		printf 'FAIL %s (%d of %d%s)\n' "$1" "$bad" "$(($2 + bad))" "$took"
	elif [ "$2" -gt 0 ]; then
		printf 'ok   %s (%d%s)\n' "$1" "$2" "$took"
	fi
	while read -r line; do
		[ -n "$line" ] || continue
		skipped=$((skipped + 1))
		printf 'skip %s: %s\n' "$1" "$line"
	done <<<"$skips"
}

# One line for each check that was left out, in the words of the test that left it out.
skips_in_log() {
	awk '
		/^skip [^:]+: ./ { print substr($0, 6) }
		/^\[SKIP\] / { print substr($0, 8) }
		# Go tells the reason while the test runs and the skip when its parent ends.
		/^=== (RUN|NAME|CONT) / { name = $3 }
		/^ +[^ ]+\.go:[0-9]+: / { why[name] = substr($0, index($0, ": ") + 2) }
		/^ *--- SKIP: / { print $3 ": " (why[$3] == "" ? "no reason given" : why[$3]) }' "$log"
}

# Again what failed, next to the verdict: a log is long, and may be cut.
failures_in_log() {
	grep -aE '^\[(FAIL|CRASH|----)\]|^ *--- FAIL|^FAIL|ERROR: |runtime error: ' "$log" | tail -20 | sed 's/^/  >> /'
}

# Criterion's own summary gives the counts; a binary that dies without one is one failure, and so is
# a non-zero exit with nothing failing (a sanitizer's report).
criterion_ring() {
	local layer rc ok bad
	for layer in $LAYERS; do
		rc=0
		"${wrapper[@]}" "$built/unit/$layer" --color=never --verbose >"$log" 2>&1 || rc=$?
		ok=$(sed -n 's/.*Synthesis: .*Passing: \([0-9]*\).*/\1/p' "$log" | tail -1)
		bad=$(sed -n 's/.*Failing: \([0-9]*\) | Crashing: \([0-9]*\).*/\1 + \2/p' "$log" | tail -1)
		bad=$((${bad:-0}))
		if [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
		report "unit/$layer" "${ok:-0}" "$bad"
	done
}

# What is about time, or about what two processors do at once, has the machine to itself.
alone='budgets clock containment memory native native_race native_ring native_time probe record second_start watchdog'

script_ring() { # directory
	local t scripts=()
	for t in tests/"$1"/*.sh; do
		# lib*.sh are sourced by the tests.
		case ${t##*/} in lib*.sh) continue ;; esac
		scripts+=("$t")
	done
	at_once script "${scripts[@]}"
}

script() { # file, arguments...
	GOKNOT=$(realpath "$built")/goknot "${wrapper[@]}" bash "$@"
}

fuzzer() { # file of the fuzz target
	local name=${1##*/}
	name=${name%.c}
	local corpus=$BUILD/fuzz/corpus/${name#fuzz_}
	mkdir -p "$corpus" "$BUILD/fuzz/found"
	"$BUILD/fuzz/$name" -max_total_time="${FUZZTIME:-60}" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
		-artifact_prefix="$BUILD/fuzz/found/$name-" "$corpus" "tests/fuzz/corpus/${name#fuzz_}"
}

one() { # function, arguments...
	local rc=0 since=$SECONDS
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	echo "$rc $((SECONDS - since))" >"$log.rc"
}

verdict() { # file
	local rc s
	read -r rc s <"$log.rc"
	case $rc in
	0) report "${1%.*}" 1 0 "$s" ;;
	77) report "${1%.*}" 0 0 "$s" ;;
	*) report "${1%.*}" 0 1 "$s" ;;
	esac
}

# As many as there are processors; those that want the machine to themselves one by one behind the others. A script
# can be "FILE ARGUMENTS".
at_once() { # script or fuzzer, files...
	local what=$1
	shift
	local jobs=${JOBS:-$(nproc)} whole=$log t name i=0 told=0 running=0 last=() order=()
	for t; do
		name=${t%% *} name=${name##*/} name=${name%.sh}
		case " $alone " in *" $name "*) last+=("$t") ;; *) order+=("$t") ;; esac
	done
	local together=${#order[@]}
	order+=("${last[@]}")
	for ((i = 0; i < ${#order[@]}; i++)); do
		while [ "$running" -ge "$([ "$i" -lt "$together" ] && echo "$jobs" || echo 1)" ]; do
			wait -n
			running=$((running - 1))
		done
		log=$whole.$i
		# shellcheck disable=SC2086 # a file and its arguments
		one "$what" ${order[i]} &
		running=$((running + 1))
		tell_ended
	done
	while [ "$running" -gt 0 ]; do
		wait -n
		running=$((running - 1))
		tell_ended
	done
	# Whoever ended one of them without a word has not made it good.
	for ((; told < ${#order[@]}; )); do
		[ -s "$whole.$told.rc" ] || echo "1 0" >"$whole.$told.rc"
		tell_ended
	done
	log=$whole
}

# In the order in which they were begun.
tell_ended() {
	while [ "$told" -lt "${#order[@]}" ] && [ -s "$whole.$told.rc" ]; do
		log=$whole.$told
		verdict "${order[told]%% *}"
		rm -f "$log" "$log.rc"
		told=$((told + 1))
	done
}

# A program with a bug is built and vetted and not run: one in a million runs hangs by it on the stock scheduler, too.
go_ring() { # packages of the modules: all
	local mod rc ok bad
	# shellcheck source=scripts/go-env.sh
	. scripts/go-env.sh 2>"$log" || { report go 0 1; return; }
	for mod in ${GO_MODS:-none}; do
		rc=0
		(
			cd "$mod" && export GOFLAGS='' GOWORK=off
			mapfile -t packages < <("$GO" list "${1:-./...}")
			mapfile -t buggy < <(printf '%s\n' "${packages[@]}" | grep '/buggy$')
			mapfile -t sound < <(printf '%s\n' "${packages[@]}" | grep -v '/buggy$')
			[ "${#buggy[@]}" -eq 0 ] || "$GO" test -run '^$' "${buggy[@]}" || exit
			"$GO" test -count=1 -v "${sound[@]}"
		) >"$log" 2>&1 || rc=$?
		ok=$(grep -c '^--- PASS' "$log")
		bad=$(grep -c '^--- FAIL' "$log")
		if [ "$rc" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
		report "go/$mod" "$ok" "$bad"
	done
}

# Runs a command with one Go release; its lines begin with the release.
with_release() { # version, command...
	local version=$1 goroot GO=${GO:-} GOKNOT_GO='' GOTOOLCHAIN=local PATH=$PATH
	shift
	if ! goroot=$(scripts/fetch-go.sh "$version" 2>"$log"); then
		sed -i '$s/^/skip every test: /; $!d' "$log"
		report "go$version" 0 0
		return
	fi
	export GO=$goroot/bin/go GOKNOT_GO GOTOOLCHAIN
	label="go$version "
	"$@"
	label=
}

sanitized() { # ring...
	local built=${SAN_BUILD:-$BUILD/san-address-undefined} wrapper=(scripts/san-run.sh) label="san "
	"$@"
}

# Of the bundled programs, where some stand for all.
few='abba statusmanager oncecycle livelock flakyassert'

short_ring() {
	local t scripts=()
	for t in tests/e2e/*.sh; do
		case ${t##*/} in
		build_settings.sh | race.sh | seeds_*.sh | suites.sh | targets_examples.sh | targets_shapes.sh | targets_testing.sh) ;;
		deps.sh | other_release.sh | serving.sh | subtests.sh | toolchain_places.sh) ;;
		constructs.sh | deep.sh | lock_faces.sh | nested_atomics.sh | reflection.sh | values.sh) ;;
		arrivals.sh | cgo_threads.sh | leak_proof.sh | native_ring.sh) ;;
		huge_pages.sh | native_time.sh | policies.sh | real_programs.sh | rules.sh | unattached.sh | watchdog.sh) ;;
		*) scripts+=("$t") ;;
		esac
	done
	at_once script "tests/e2e/seeds_buggy.sh $few" "${scripts[@]}"
}

releases_ring() {
	go_ring
	script_ring e2e
}

newest_ring() {
	GO_MODS=instrument/helper go_ring ./internal/runtimeedit
	at_once script tests/e2e/crash_files.sh "tests/e2e/seeds_buggy.sh $few" "tests/e2e/seeds_fixed.sh $few"
}

LAYERS=${LAYERS:-$(cd tests/unit && printf "%s\n" */ | tr -d /)}
for ring; do
	case $ring in
	unit) criterion_ring ;;
	cli | e2e) script_ring "$ring" ;;
	san) sanitized criterion_ring ;;
	san-short) sanitized short_ring ;;
	san-cli | san-e2e) sanitized script_ring "${ring#san-}" ;;
	go) go_ring ;;
	fuzz) at_once fuzzer tests/fuzz/fuzz_*.c ;;
	releases | newest)
		# shellcheck source=scripts/go-env.sh
		. scripts/go-env.sh 2>"$log" || { report "$ring" 0 1; continue; }
		if [ "$ring" = newest ]; then RELEASES=$(knot_go_others); fi
		for release in ${RELEASES:-$KNOT_GO_RELEASES}; do with_release "$release" "${ring}_ring"; done
		;;
	*) echo "run-tests: unknown ring $ring" >&2; exit 2 ;;
	esac
done
printf '%d passed, %d failed' "$passed" "$failed"
if [ "$skipped" -gt 0 ]; then printf ', %d skipped' "$skipped"; fi
echo
[ "$failed" -eq 0 ]
