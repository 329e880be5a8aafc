#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# list on a campaign: each finding once, with a command that works as it stands there.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=scripts/go-env.sh
. "$root/scripts/go-env.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "findings: $1" >&2
	cat "$work"/*.out >&2
	exit 1
}

cp -R "$root/seeds/doublelock" "$work/m"
cd "$work/m"
printf 'module example.org/m\n\ngo 1.23\n' >go.mod
rc=0
"$GOKNOT" fuzz -first -seed 1 -fuzztime 20s ./buggy >"$work/fuzz.out" 2>&1 || rc=$?
[ "$rc" -eq 1 ] || fail "fuzz: exit code $rc"

"$GOKNOT" list .goknot >"$work/list.out" 2>&1 || fail "list: exit code $?"
[ "$(wc -l <"$work/list.out")" -eq 3 ] || fail "not one finding of three lines"
grep -q '^deadlock: .*lock ' "$work/list.out" || fail "no title"
grep -q '^    example.org/m/buggy Test[A-Za-z]*, verified by 2 of 2 replays$' "$work/list.out" || fail "no test"
command=$(sed -n 's/^    to re-run: goknot //p' "$work/list.out")
rc=0
# shellcheck disable=SC2086 # a command line
"$GOKNOT" $command -quiet >"$work/replay.out" 2>&1 || rc=$?
[ "$rc" -eq 1 ] || fail "the printed command: exit code $rc"

"$GOKNOT" list -json .goknot | jq -es 'length == 1 and (.[0] | .state == "verified" and .verdict == "deadlock" and
	.package == "example.org/m/buggy" and (.bucket | test("^[0-9a-f]{16}$")) and .reproduced == 2)' >/dev/null ||
	fail "list -json"

# And from elsewhere, with another campaign directory, and with a name that the shell would take apart.
mkdir "$work/other" "$work/two words"
cp -R "$work/m/." "$work/two words/"
rm -rf "$work/two words/.goknot"
cd "$work/other"
rc=0
"$GOKNOT" fuzz -C "../two words" -o "$work/it's" -first -seed 1 -fuzztime 20s ./buggy >"$work/fuzz.out" 2>&1 || rc=$?
[ "$rc" -eq 1 ] || fail "fuzz from elsewhere: exit code $rc"
"$GOKNOT" list "../it's" >"$work/elsewhere.out" 2>&1 || fail "list from elsewhere: exit code $?"
for from in fuzz elsewhere; do
	command=$(sed -n 's/^    to re-run: goknot //p' "$work/$from.out")
	rc=0
	eval "\"$GOKNOT\" $command -quiet" >"$work/replay.out" 2>&1 || rc=$?
	[ "$rc" -eq 1 ] || fail "the command printed by $from: exit code $rc"
	[ -z "$(ls -A)" ] || fail "the command printed by $from left $(ls -A)"
done
[ ! -e "$work/two words/.goknot" ] || fail "a second campaign directory"
cd "$work/m"

# A reader that leaves early gets no complaint, and everything comes to its end all the same.
gone() { # exit code, arguments...
	local want=$1 code
	shift
	{
		sleep 0.3
		rc=0
		"$GOKNOT" "$@" 2>"$work/gone.out" || rc=$?
		echo "$rc" >"$work/code"
	} | :
	code=$(cat "$work/code")
	[ "$code" = "$want" ] || fail "$* without a reader: exit code $code"
	[ ! -s "$work/gone.out" ] || fail "$* without a reader complains"
}
gone 0 list .goknot
gone 0 list ./...
gone 0 status
gone 1 replay -trace "$work/trace" .goknot/crashes/*.crash
grep -q lock "$work/trace" || fail "the trace is lost with the reader"

# Cleaned, the findings and their replay are still there.
"$GOKNOT" clean >"$work/clean.out"
[ "$("$GOKNOT" list .goknot)" = "$(cat "$work/list.out")" ] || fail "clean changed the findings"
