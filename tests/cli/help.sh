#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Help reaches every command by every spelling, says the same each time, and is made from the pages in man/.
set -euo pipefail
cd "$(dirname "$0")/../.."

fail() {
	echo "help: $1" >&2
	exit 1
}

overview=$("$GOKNOT")
[ "$overview" = "$("$GOKNOT" help)" ] || fail "goknot and goknot help differ"
[ "$overview" = "$("$GOKNOT" --help)" ] || fail "goknot and goknot --help differ"

commands=$(sed -n '/^Commands:/,/^goknot help/s/^\t\([a-z]*\) .*/\1/p' <<<"$overview")
[ "$(wc -w <<<"$commands")" -eq 14 ] || fail "the overview lists: $commands"
for c in $commands; do
	page=$("$GOKNOT" "$c" -h)
	for spelling in -help --h --help; do
		[ "$page" = "$("$GOKNOT" "$c" "$spelling")" ] || fail "$c $spelling differs"
	done
	[ "$page" = "$("$GOKNOT" help "$c")" ] || fail "help $c differs"
	grep -q "^    goknot-$c - " <<<"$page" || fail "$c: no NAME line"
	[ -e "man/goknot-$c.1.scd" ] || fail "$c has no page in man/"
	grep -q "\*goknot-$c\*(1)" man/goknot.1.scd || fail "goknot(1) does not name the page of $c"
done
[ "$overview" = "$("$GOKNOT" help help)" ] || fail "goknot help help differs"
grep -qxF "        $("$GOKNOT" version)" <<<"$("$GOKNOT" help version)" || fail "the example in goknot-version(1) is old"
for topic in crash ignore; do
	[ "$("$GOKNOT" help $topic | head -1)" = NAME ] || fail "help $topic"
	grep -q "goknot help $topic" <<<"$overview" || fail "the overview does not name $topic"
done
questions=$("$GOKNOT" help goknot)
verdicts=$(sed -n '/names\[KNOT_VERDICT_COUNT\]/,/};/s/.*"\([a-z]*\)".*/\1/p' fuzzer/explore/verdict.c)
[ "$(wc -w <<<"$verdicts")" -gt 9 ] || fail "verdicts: $verdicts"
for v in $verdicts; do
	case $v in ok | steps) continue ;; esac # never a finding
	grep -Eq "^    ([a-z]+, )*$v(, [a-z]+)*$" <<<"$questions" || fail "goknot(1) does not explain $v"
done
# What stands behind -args belongs to the target, so this is a usage error and no help.
rc=0
"$GOKNOT" fuzz -nosuchflag -args -h >/dev/null 2>&1 || rc=$?
[ "$rc" -eq 2 ] || fail "-h behind -args: exit $rc"

made=$(mktemp)
trap 'rm -f "$made"' EXIT
scripts/genhelp.sh "$made" man/*.scd
cmp "$made" fuzzer/cmd/help.inc || fail "fuzzer/cmd/help.inc is old: scripts/genhelp.sh fuzzer/cmd/help.inc man/*.scd"
