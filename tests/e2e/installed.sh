#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What `make install` puts somewhere works without the repository: it finds its own parts, a bug, and replays it.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# The build directory is that of the program under test, so that nothing is compiled anew.
build=$(dirname "$GOKNOT")
san=
case $build in */san-*) san=${build##*/san-} build=${build%/*} ;; esac
make -s -C "$root" install O="$build" SAN="${san//-/,}" DESTDIR="$work/image" PREFIX=/usr >make.log 2>&1 || {
	cat make.log >&2
	failed "make install"
}
GOKNOT=$work/image/usr/bin/goknot
cp -R "$root/seeds/abba/buggy" abba
printf 'module example.org/abba\n\ngo 1.23\n' >abba/go.mod

goknot fuzz -C abba -o "$work/campaign" -first -seed 1 -fuzztime 20s .
expect_rc 1 "fuzz by the installed program"
crash=$(echo campaign/crashes/*.crash)
goknot replay -C abba -o "$work/campaign" "$crash"
expect_rc 1 "replay by the installed program"
expect_out 'replay: 1 of 1 reproduced \(deadlock\).*as saved.*'
goknot doctor
expect "doctor by the installed program: exit code $rc" test "$rc" -eq 0
for page in man1/goknot.1 man1/goknot-fuzz.1 man1/goknot-replay.1 man5/goknot-crash.5 man5/goknot-ignore.5; do
	expect "no manual page $page" test -s "image/usr/share/man/$page"
done
expect "tests were installed" test -z "$(find image -name '*_test.go' -o -name testdata)"
expect "files that nobody may read" test -z "$(find image ! -perm -044)"
done_testing
