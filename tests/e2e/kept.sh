#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Schedules kept beside the code: goknot save puts them there, goknot test replays them. They fail while the bug is there,
# also when its lines have moved, pass when it is fixed, and what cannot be tried is told.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/kept
mkdir -p m/abba m/closing
for twin in abba closerace; do
	dir=m/$([ "$twin" = abba ] && echo abba || echo closing)
	cp "$root/seeds/$twin/buggy/"*.go "$dir/"
	sed -i "s/^package buggy/package $(basename "$dir")/; s|goknot.example/seeds/$twin/buggy|example.org/kept/$(basename "$dir")|" "$dir"/*.go
done
goknot test -C m ./...
expect_rc 0 "nothing is kept"
expect_out 'test: 0 schedules, .*'
expect "a campaign directory was made for nothing" test ! -e m/.goknot

goknot fuzz -C m -o "$work/campaign" -json -quiet -seed 1 -fuzztime 2000x ./...
expect_rc 1 "fuzzing"
for file in "$work"/campaign/crashes/*.crash; do
	goknot save -C m "$file"
	expect_rc 0 "saving $(basename "$file")"
done
abba=$(echo m/abba/testdata/goknot/TestABBA/deadlock-*.crash)
closing=$(echo m/closing/testdata/goknot/TestCloseRace/panic-*.crash)
expect "both are kept" test -s "$abba" -a -s "$closing"
expect "the explanation, too" test -s "${abba%.crash}.explanation"
goknot export -format dot "$abba"
expect_rc 0 "a kept file has its picture"
expect "nothing was built for it: $(cat err)" test ! -s err -a ! -e m/.goknot
# A long timeline is nothing for a repository, and that of an earlier schedule is of no use.
mkdir long
cp "$work"/campaign/crashes/TestABBA-* long/
for file in long/*.timeline.json; do
	{ cat "$file"; head -c 300000 /dev/zero | tr '\0' ' '; } >long/padded
	mv long/padded "$file"
	goknot save -C m "${file%.timeline.json}.crash"
	expect_rc 0 "saving a long one"
	expect_out 'long/TestABBA-deadlock-.*\.timeline\.json is not copied: 29[0-9] KB are more than 256'
	expect "a long timeline is left out" test ! -e "${abba%.crash}.timeline.json"
	rm "$file" "${file%.timeline.json}.explanation"
	goknot save -C m "${file%.timeline.json}.crash"
	expect_rc 0 "saving the file alone"
	expect "an old explanation goes" test ! -e "${abba%.crash}.explanation"
done
goknot save -C m "$work"/campaign/crashes/TestABBA-*.crash
expect "and comes back" test -s "${abba%.crash}.timeline.json" -a -s "${abba%.crash}.explanation"

goknot test -C m -o "$work/build" -json ./...
expect_rc 1 "the bugs are there"
expect "both reproduce: $(cat out)" test "$(events schedule '[.[].outcome] | join(" ")')" = "reproduced reproduced"
expect "the sum: $(cat out)" test "$(events tested '.[0] | .schedules == 2 and .reproduced == 2 and .other == 0 and .stale == 0')" = true
goknot test -C m -o "$work/build" ./closing
expect_rc 1 "one package"
expect_out '[-]-- FAIL: example.org/kept/closing TestCloseRace'
expect_out 'test: 1 schedule, 1 reproduced, .*'

# A target that writes over the memory it shares with goknot shows nothing, and the others have their turn.
cat >m/abba/damage_test.go <<'GO'
package abba

import (
	"os"
	"strconv"
	"strings"
	"unsafe"
)

func init() {
	maps, _ := os.ReadFile("/proc/self/maps")
	for _, line := range strings.Split(string(maps), "\n") {
		if !strings.Contains(line, " 00000000 ") || !strings.Contains(line, "/memfd:goknot ") {
			continue
		}
		start, _ := strconv.ParseUint(line[:strings.IndexByte(line, '-')], 16, 64)
		header := unsafe.Slice((*byte)(unsafe.Pointer(uintptr(start))), 4096)
		for i := range header {
			header[i] = 0xff
		}
		os.Exit(1)
	}
}
GO
goknot test -C m -o "$work/build" ./...
expect_rc 1 "one shows nothing, one is there"
expect_out '[-]-- STALE: .*/abba/testdata/goknot/TestABBA/deadlock-.*\.crash'
expect_out ' +the target writes over the memory that it shares with goknot'
expect_out '[-]-- FAIL: example.org/kept/closing TestCloseRace'
expect_out 'test: 2 schedules, 1 reproduced, .*, 1 stale, .*'
goknot test -C m -o "$work/build" ./abba
expect_rc 4 "none shows anything"
rm m/abba/damage_test.go

# Lines move: still the bug.
sed -i 's/^import/\/\/ One line more.\n\nimport/' m/abba/*.go
goknot test -C m -o "$work/build" -json ./abba
expect_rc 1 "the lines of the bug have moved"
expect "moved: $(cat out)" test "$(events schedule '.[0].outcome')" = reproduced

# One is fixed.
cp "$root/seeds/abba/fixed/fixed.go" m/abba/buggy.go
sed -i 's/^package fixed/package abba/' m/abba/buggy.go
goknot test -C m -o "$work/build" -v ./...
expect_rc 1 "one is fixed, one is not"
expect_out 'ok     .*/abba/testdata/goknot/TestABBA/deadlock-.*\.crash \(deadlock does not come.*\)'
goknot test -C m -o "$work/build" ./abba/...
expect_rc 0 "the fixed one"
expect "nothing but the sum is told: $(cat out)" test "$(wc -l <out)" = 1

# What cannot be tried.
rm m/closing/buggy_test.go
goknot test -C m -o "$work/build" -json ./...
expect_rc 4 "a test is gone"
expect "stale: $(cat out)" test "$(events tested '.[0] | .stale == 1 and .reproduced == 0')" = true
echo rubbish >m/abba/testdata/goknot/TestABBA/bad.crash
goknot test -C m -o "$work/build" ./abba
expect_rc 2 "a file is none"
expect_out '[-]-- STALE: .*bad\.crash'
rm m/abba/testdata/goknot/TestABBA/bad.crash
echo 'package abba; func broken( {' >m/abba/broken.go
goknot test -C m -o "$work/build" ./abba
expect_rc 2 "the code does not build"
goknot test -C m ./none
expect_refusal 2 'goknot test: \./none: No such file or directory.*'
goknot save -C m
expect_refusal 2 'goknot save: wants one crash file, got 0 words'
goknot save -C "$root/seeds" "$closing"
expect_refusal 2 'goknot save: .*/seeds is not the directory of module example\.org/kept, nor in a workspace with it'
rm -r m/closing
goknot save -C m "$work"/campaign/crashes/TestCloseRace-*.crash
expect_refusal 2 'goknot save: package example\.org/kept/closing is not there any more: no m/closing'
done_testing
