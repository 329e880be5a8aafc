#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -run and -skip mean what they mean to go test: Go's own package regexp says what a pattern selects, and what is none.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module pat example.org/pat
cat >pat/p_test.go <<'GO'
package pat

import "testing"

func TestA(t *testing.T)     { t.Run("sub_x", func(t *testing.T) {}) }
func TestAlpha(t *testing.T) {}
func TestB(t *testing.T)     {}
func Test1(t *testing.T)     {}
func TestÄ(t *testing.T)     {}
func Example_a() {
	// Output:
}
GO

listed() { # what goknot list names, in one line
	sed -n 's/^example.org.pat //p' out | tr '\n' ' '
}
stock() { # what go test runs, in the same form
	(cd pat && "$GO" test -v "$@" 2>&1) | sed -n 's/^=== RUN  *\([^/]*\)$/\1/p' | tr '\n' ' '
}
while read -r pattern; do
	goknot list -C pat -run "$pattern"
	expect_rc 0 "list -run $pattern"
	want=$(stock -run "$pattern")
	expect "go test -run $pattern runs nothing" test -n "$want"
	expect "-run $pattern: $(listed), go test: $want" test "$(listed)" = "$want"
	want=$(stock -skip "$pattern")
	goknot list -C pat -skip "$pattern"
	expect "-skip $pattern: $(listed), go test: $want" test "$(listed)" = "$want"
done <<'END'
Test[[=A=]
Test[[.1.]]?
TestA$|B
(?i)testa
(?U)Test.+$
Test\p{Lu}$
Test[^\x00-\x7F]
TestA/sub x
A/x[/|]y/(z|/)|B
\QTestB\E
^(T)(?P<e>est)1
END

# What only other engines take is refused in Go's words, whichever level it stands on.
while read -r pattern; do
	for flag in run skip; do
		(cd pat && ! "$GO" test "-$flag" "$pattern" 2>&1) |
			sed -n 's/.*invalid regexp for \(.*\)-test\.\(.*\)/invalid regexp for \1-\2/p' >stock-words
		expect "go test -$flag $pattern refuses nothing" test -s stock-words
		for command in fuzz list; do
			goknot $command -C pat -$flag "$pattern"
			expect_refusal 2 "goknot $command: invalid regexp for .*"
			sed "s/^goknot $command: //" err >own-words
			expect "$command -$flag $pattern: $(cat err), go test: $(cat stock-words)" cmp -s stock-words own-words
		done
	done
done <<'END'
Test(?=A)
(T)est\1
Test.*+
Test[z-a]
TestA/[
TestB|Test(
TestA/ |TestB/x/*
Test\h
END

# The pattern that is built and run with is the one that was listed with.
goknot fuzz -C pat -o c -json -quiet -fuzztime 50x -run 'Test[[=A=]$'
expect_rc 0 "fuzz"
expect "fuzz: $(cat out)" test "$(events summary '.[0] | .set_aside == 0 and .runs >= 50')" = true
goknot status -json c
expect "status: $(cat out)" test "$(events target '[.[].test] == ["TestA"]')" = true
done_testing
