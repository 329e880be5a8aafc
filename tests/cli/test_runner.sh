#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# scripts/run-tests.sh itself: what a test leaves out is shown with its reason and counted, in every ring, and
# what tests nothing fails.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

tree() { # directory: a repository with one script ring, one unit layer, one Go module
	mkdir -p "$1/scripts" "$1/tests/cli" "$1/tests/unit" "$1/build/unit" "$1/mod"
	cp "$root"/scripts/{run-tests,san-run,go-env}.sh "$1/scripts/"
	: >"$1/build/goknot"
}
runs() { # directory, ring...: output to out, exit code to rc
	rc=0
	last="run-tests.sh ${*:2}"
	BUILD=build LAYERS=layer GO_MODS=mod "$1/scripts/run-tests.sh" "${@:2}" >out 2>err || rc=$?
}

tree scripts
cat >scripts/tests/cli/some.sh <<SH
. "$root/tests/lib/common.sh"
expect "true is false" true
skip "a full disk" "no mounts: refused"
skip "a read-only tree" "no mounts"
done_testing
SH
cat >scripts/tests/cli/none.sh <<SH
. "$root/tests/lib/common.sh"
skip "an old Go" "it is not there"
done_testing
SH
echo 'echo "we skip a line: here"' >scripts/tests/cli/whole.sh
runs scripts cli
expect_rc 0 "a ring with skips"
expect_out 'ok   tests/cli/some \(1, [0-9]+ s\)'
expect_out 'skip tests/cli/some: a full disk: no mounts: refused'
expect_out 'skip tests/cli/some: a read-only tree: no mounts'
expect_out 'skip tests/cli/none: an old Go: it is not there'
expect_out 'ok   tests/cli/whole \(1, [0-9]+ s\)'
expect "the last line: $(tail -1 out)" test "$(tail -1 out)" = '2 passed, 0 failed, 3 skipped'

# A failure with skips shows both; without skips nothing is said of them.
sed -i 's/true$/false/' scripts/tests/cli/some.sh
runs scripts cli
expect_rc 1 "a failure with skips"
expect_out 'FAIL tests/cli/some \(1 of 1, [0-9]+ s\)'
expect_out 'skip tests/cli/some: a full disk: no mounts: refused'
expect "the last line: $(tail -1 out)" test "$(tail -1 out)" = '1 passed, 1 failed, 3 skipped'
rm scripts/tests/cli/some.sh scripts/tests/cli/none.sh
runs scripts cli
expect "the last line: $(tail -1 out)" test "$(tail -1 out)" = '1 passed, 0 failed'

# Nothing tested is a failure: no script, one that only says that it left.
echo 'exit 77' >scripts/tests/cli/whole.sh
runs scripts cli
expect_rc 1 "a script that leaves without a word"
rm scripts/tests/cli/whole.sh
runs scripts cli
expect_rc 1 "a ring without scripts"

# As many at once as it is told, what is about time alone and last, and all of it told in one order.
meets() { # marker, other's marker: waits for it for some seconds
	echo "touch $PWD/$1; for i in {1..100}; do [ ! -e $PWD/$2 ] || exit 0; sleep 0.05; done; exit 1"
}
meets left right >scripts/tests/cli/a_left.sh
meets right left >scripts/tests/cli/b_right.sh
echo "sleep 0.2; touch $PWD/ended" >scripts/tests/cli/z_slow.sh
echo "[ -e $PWD/ended ]" >scripts/tests/cli/clock.sh
export JOBS=3
runs scripts cli
expect_rc 0 "scripts that need each other"
expect "the order: $(cat out)" test "$(sed -n 's|^ok   tests/cli/\([a-z_]*\) .*|\1|p' out | tr '\n' ' ')" = 'a_left b_right z_slow clock '
rm -f left right
JOBS=1 runs scripts cli
expect_rc 1 "one after the other"
rm scripts/tests/cli/*.sh
unset JOBS

# One whose end nobody saw has not passed.
# shellcheck disable=SC2016 # of the script
echo 'kill -9 $PPID' >scripts/tests/cli/killer.sh
runs scripts cli
expect_rc 1 "a script that kills its parent"
expect_out 'FAIL tests/cli/killer \(1 of 1, 0 s\)'
expect "the last line: $(tail -1 out)" test "$(tail -1 out)" = '0 passed, 1 failed'
rm scripts/tests/cli/killer.sh

# A sanitizer's report is a failure, even where the script did not look at the exit code.
mkdir -p scripts/san
cat >scripts/san/goknot <<'SH'
#!/bin/sh
log=${ASAN_OPTIONS#*log_path=}
[ "$1" != report ] || echo "ERROR: AddressSanitizer" >"${log%%:*}"
SH
chmod +x scripts/san/goknot
echo "\$GOKNOT" >scripts/tests/cli/quiet.sh
SAN_BUILD=san runs scripts san-cli
expect_rc 0 "a sanitized program without a report"
expect_out 'ok   san tests/cli/quiet \(1, [0-9]+ s\)'
echo "\$GOKNOT report" >scripts/tests/cli/loud.sh
SAN_BUILD=san runs scripts san-cli
expect_rc 1 "a sanitized program with a report"
expect_out 'FAIL san tests/cli/loud \(1 of 1, [0-9]+ s\)'
expect "the report is not shown" grep -q 'ERROR: AddressSanitizer' out

# What Criterion prints with --verbose: its own skips, and lines of tests that go on.
tree units
cat >units/build/unit/layer <<'SH'
#!/bin/sh
[ "$2" = --verbose ] || exit 3
printf '[RUN ] a::b\n[SKIP] a::b: not on this kernel\n[RUN ] a::c\n\nskip half of c: no root\n[PASS] a::c: (0.00s)\n'
echo '[====] Synthesis: Tested: 1 | Passing: 1 | Failing: 0 | Crashing: 0'
SH
chmod +x units/build/unit/layer
runs units unit
expect_rc 0 "units with skips"
expect_out 'skip unit/layer: a::b: not on this kernel'
expect_out 'skip unit/layer: half of c: no root'
expect "the last line: $(tail -1 out)" test "$(tail -1 out)" = '1 passed, 0 failed, 2 skipped'

tree gomod
printf 'module example.org/mod\n\ngo 1.23\n' >gomod/mod/go.mod
cat >gomod/mod/m_test.go <<'GO'
package mod

import "testing"

func TestOne(t *testing.T)  { t.Skip("one: not here") }
func TestTwo(t *testing.T)  { t.Log("two"); t.Run("sub", func(t *testing.T) { t.Skip("nor sub") }) }
func TestNone(t *testing.T) { t.SkipNow() }
GO
runs gomod go
expect_rc 0 "a Go module with skips"
expect_out 'skip go/mod: TestOne: one: not here'
expect_out 'skip go/mod: TestTwo/sub: nor sub'
expect_out 'skip go/mod: TestNone: no reason given'
expect "the last line: $(tail -1 out)" test "$(tail -1 out)" = '1 passed, 0 failed, 3 skipped'
printf 'package mod\n' >gomod/mod/m_test.go
runs gomod go
expect_rc 1 "a Go module without tests"
done_testing
