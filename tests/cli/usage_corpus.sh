#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# corpus: what it refuses, and files that come from anywhere.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

refuses() { # sentence, arguments...
	local sentence=$1
	shift
	goknot "$@"
	expect_refusal 2 "$sentence"
}

refuses 'goknot corpus: wants min, export or import' corpus
refuses 'goknot corpus: wants min, export or import, not "exxport"; the nearest is export' corpus exxport a b
refuses 'goknot corpus: wants min, export or import, not "\\x1b\[31m"' corpus $'\e[31m'
refuses 'goknot corpus: no flag -jsno; the nearest is -json' corpus min -jsno
refuses 'goknot corpus: min wants one campaign directory, got 2 words' corpus min a b
refuses 'goknot corpus: \.goknot is no campaign directory: it has no goknot\.db' corpus min
refuses 'goknot corpus: none is no campaign directory: it has no goknot\.db' corpus export none files
refuses 'goknot corpus: export wants a campaign directory and one for the files, got 1 words' corpus export none
refuses 'goknot corpus: import wants a campaign directory and the files to import' corpus import none
expect "nothing was made" test "$(ls -A)" = "$(printf 'err\nout\ntmp')"

mkdir foreign
touch foreign/main.go
refuses 'goknot corpus: foreign is no campaign directory: .*' corpus min foreign
refuses 'goknot corpus: foreign is no campaign directory: it has neither goknot\.db nor corpus/' corpus import foreign x.corpus
expect "nothing was put beside other files" test "$(ls -A foreign)" = main.go
refuses 'goknot corpus: missing.corpus: No such file or directory' corpus import new missing.corpus
expect "no campaign was begun for nothing" test ! -e new

# A chain by hand, and what is none.
mkdir files
cat >files/two.corpus <<'TEXT'
goknot corpus 1
target: example.org/m
test: TestA
chain: 2
  send 1a2b3c4d 0123456789abcdef
  any 5e6f7081 0000000000000000
chain: 2
  any 5e6f7081 0000000000000000
  send 1a2b3c4d 0123456789abcdef
end 21a80f9f5bfe411f
TEXT
goknot corpus import new files/two.corpus
expect_rc 0 "a file of two chains, into a campaign that is yet to begin"
expect_out 'imported 2 of 2 chains, 0 there already'
expect "each has a file now" test "$(find new/corpus -name '*.corpus' | wc -l)" = 2
goknot corpus import -json new files
expect_rc 0 "a directory"
expect "nothing is imported twice" test "$(events corpus '.[0] | "\(.command) \(.chains) \(.written) \(.there)"')" = 'import 2 0 2'
printf 'x' >$'files/\e[31m.corpus'
printf 'x' >files/.hidden.corpus
printf 'x' >files/README
goknot corpus import newer files
expect_rc 2 "rubbish among the files"
expect_out 'imported 2 of 2 chains, 0 there already'
expect_err 'goknot corpus: files/\\x1b\[31m\.corpus is no corpus file \(.*\) and was passed over'
expect "rubbish is named once, and what is not meant is not" test "$(wc -l <"$work/err")" = 1
expect "rubbish stays where it is" test -e $'files/\e[31m.corpus'
goknot corpus import -json newest files
expect "rubbish in JSON" test "$(events rubbish 'length')" = 1

done_testing
