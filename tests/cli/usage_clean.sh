#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# clean removes what it may, keeps what a user would miss, and touches nothing that is not goknot's.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work" "$work.out"' EXIT
cd "$work"

fail() {
	echo "clean: $1" >&2
	find "$work" >&2
	exit 1
}

campaign() { # directory
	mkdir -p "$1/build/src" "$1/work/0/tmp" "$1/crashes" "$1/corpus" "$1/audit"
	touch "$1/corpus/0123456789abcdef.corpus" "$1/fuzzer_stats" "$1/plot_data"
	touch "$1/goknot.db" "$1/goknot.db-wal" "$1/crashes/a.crash" "$1/build/src/x.go" "$1/lock"
	chmod 000 "$1/work/0/tmp"
}

expect() { # wanted exit code, goknot's arguments...
	local want=$1 rc=0
	shift
	"$GOKNOT" "$@" >"$work.out" 2>&1 || rc=$?
	[ "$rc" -eq "$want" ] || { cat "$work.out" >&2; fail "goknot $* gave exit code $rc, not $want"; }
}

campaign .goknot
expect 0 clean
for kept in goknot.db crashes/a.crash corpus/0123456789abcdef.corpus; do
	[ -e ".goknot/$kept" ] || fail "$kept is gone"
done
for product in build work; do
	[ ! -e ".goknot/$product" ] || fail "$product is left"
done
expect 0 clean
grep -qx 'nothing to remove' "$work.out" || fail "a second clean: $(cat "$work.out")"

expect 0 clean -all
[ ! -e .goknot ] || fail "-all left something"

# A campaign among other files, reached by -o: those stay.
mkdir mixed
touch mixed/main.go
campaign mixed
expect 0 clean -all mixed
[ "$(ls -A mixed)" = main.go ] || fail "-all in a mixed directory left: $(ls -A mixed)"

# Not a campaign: a build directory of somebody else stays.
mkdir -p project/build
expect 2 clean project
expect 2 clean -all project
[ -d project/build ] || fail "a foreign build directory is gone"
[ "$(ls -A project)" = build ] || fail "left something in a foreign directory"
expect 2 clean none
expect 2 clean project/build/file

# A link is removed, not what it points to.
mkdir outside
touch outside/keep
campaign .goknot
chmod 700 .goknot/work/0/tmp
rm -rf .goknot/build
ln -s "$work/outside" .goknot/build
expect 0 clean
[ -e outside/keep ] || fail "followed a symbolic link"

# In use.
campaign busy
exec 9>busy/lock
flock 9
expect 2 clean busy
[ -d busy/build ] || fail "a campaign in use was cleaned"
grep -q '^goknot clean: .*busy' "$work.out" || fail "in use: $(cat "$work.out")"
