#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A bad ignore file: one sentence with file, line and reason, exit code 2, and nothing is built or left behind.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
mkdir m/sub
printf 'package sub\n\nimport "testing"\n\nfunc TestX(t *testing.T) {}\n' >m/sub/x_test.go

refused() { # line of the file, what is said of it
	printf '# known\n\n%s\n' "$1" >m/.goknotignore
	for c in fuzz test; do
		goknot "$c" -C m/sub .
		expect_refusal 2 "goknot $c: m/.goknotignore:3: $2"
		expect "$c has printed: $(cat out)" test ! -s out
		expect "$c has left something behind" test ! -e m/sub/.goknot
	done
}
refused 'leek function a.B -- x' '"leek" is no verdict: it is deadlock, leak, panic, .*, or \* for any'
refused 'leak fn a.B -- x' 'behind the verdict stands function or site, not "fn"'
refused 'leak function * -- x' 'the function "\*" matches everything: .*'
refused 'leak site x.go:1a -- x' 'the site "x.go:1a" has no line behind its colon, .*'
refused 'leak function a.B' 'no reason: .*'
refused 'leak function a.B until 2026-02-30 -- x' 'until wants a day of the calendar, as 2027-01-31, not "2026-02-30"'
refused $'leak function a.B\e[2J -- x' 'the function "a.B\\x1b\[2J" has a control character in it'

cd m
goknot fuzz .
expect_refusal 2 'goknot fuzz: .goknotignore:3: the function .*'
rm .goknotignore
goknot fuzz -ignore nosuch ./...
expect_refusal 2 'goknot fuzz: .*nosuch.*'
goknot test -ignore ../m ./...
expect_refusal 2 'goknot test: .*\.\./m.*'
head -c 2000000 /dev/zero >big
goknot fuzz -ignore big ./...
expect_refusal 2 'goknot fuzz: .*big.*'
expect "a campaign directory is left" test ! -e .goknot
goknot list -ignore .
expect_refusal 2 'goknot list: -ignore prints lines for what a campaign has found: it wants a campaign directory'
done_testing
