#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# fuzz on what cannot be fuzzed: one sentence, exit code 2, and nothing written beside the campaign directory.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

mkdir nowhere
goknot fuzz -C nowhere -fuzztime 1x
expect_refusal 2 'goknot fuzz: .*/nowhere is not in a Go module: no go\.mod .*'
expect "a campaign directory where there is no module: $(ls -A nowhere)" test -z "$(ls -A nowhere)"
mkdir -p nowhere/.goknot
touch nowhere/.goknot/mine
goknot fuzz -C nowhere -fuzztime 1x
expect "a directory that was there before is gone" test -e nowhere/.goknot/mine

goknot fuzz -C missing -fuzztime 1x
expect_refusal 2 'goknot fuzz: missing: no such directory'

module m example.org/m
printf 'package m\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\n' >m/m_test.go
before=$(checksum m)
goknot fuzz -C m -o campaign -quiet -run NoSuchTest -fuzztime 1x ./...
expect_refusal 2 'goknot fuzz: no test matches -run NoSuchTest in \./\.\.\.'
goknot fuzz -C m -o campaign -quiet -fuzztime 1x ./nosuchpackage
expect_rc 2 "a package that is not there"
expect "the package that is not there is not named" grep -q nosuchpackage err
goknot fuzz -C m -o campaign -quiet -fuzztime 1x example.org/none
expect_rc 2 "a module that is not there"
expect "the module that is not there is not named" grep -q example.org/none err
expect "the module was written to" test "$before" = "$(checksum m)"

module untested example.org/untested
printf 'package untested\n' >untested/u.go
goknot fuzz -C untested -o campaign -quiet -fuzztime 1x
expect_refusal 2 'goknot fuzz: no test matches in \.'

module broken example.org/broken
printf 'package broken\n\nfunc F() int { return "text" }\n' >broken/b.go
printf 'package broken\n\nimport "testing"\n\nfunc TestF(t *testing.T) { F() }\n' >broken/b_test.go
goknot fuzz -C broken -o campaign -quiet -fuzztime 1x
expect_rc 2 "a package that does not compile"
expect "the compiler's words are lost" grep -q 'b\.go:3:.*cannot use "text"' err
expect "the failed build is not told once" test "$(grep -c 'cannot use "text"' err)" -eq 1

module syntax example.org/syntax
printf 'package syntax\n\nfunc F( {\n' >syntax/b.go
printf 'package syntax\n\nimport "testing"\n\nfunc TestF(t *testing.T) {}\n' >syntax/b_test.go
goknot fuzz -C syntax -o campaign -quiet -fuzztime 1x
expect_rc 2 "a package with a syntax error"
expect "the parser's words are lost" grep -q 'b\.go:3:9: ' err

# One package of two does not compile: the other is fuzzed.
mkdir -p m/broken
cp broken/*.go m/broken/
goknot fuzz -C m -o campaign -quiet -fuzztime 10x ./...
expect "a sound package beside a broken one: exit code $rc" test "$rc" -eq 0
expect "the compiler's words about the broken one are lost" grep -q 'cannot use "text"' err
expect_out 'fuzz: [0-9]+ runs of 1 test .*'
done_testing
