#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -run and -skip behind the first level: only the subtests asked for run, in fuzz and in replay, and the crash file
# keeps which.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module sub example.org/sub
cat >sub/s_test.go <<'GO'
package sub

import "testing"

func first(t *testing.T) {
	c := make(chan string, 2)
	go func() { c <- "a" }()
	go func() { c <- "b" }()
	if who := <-c; who == "b" {
		t.Error("b was first in", t.Name())
	}
	<-c
}

func TestTable(t *testing.T) {
	for _, name := range []string{"one", "two words", "three/deep", "one"} {
		t.Run(name, first)
	}
}

func TestNever(t *testing.T) {
	t.Run("good", func(t *testing.T) {})
	t.Run("bad", func(t *testing.T) { t.Fatal("this subtest was not asked for") })
	t.Run("group", func(t *testing.T) {
		t.Run("good", func(t *testing.T) {})
		t.Run("bad", func(t *testing.T) { t.Fatal("this subtest was not asked for") })
	})
}
GO
fuzz() { # campaign, flags...
	local campaign=$1
	shift
	rm -rf "$campaign"
	goknot fuzz -C sub -o "$campaign" -json -quiet -seed 1 -parallel 1 -first -fuzztime 2000x "$@"
}
clean() { # name: nothing was wrong, and something ran
	expect_rc 0 "$1"
	expect "$1: $(cat out)" test "$(events summary '.[0] | .findings == 0 and .listed == 0 and .rejected == 0
		and .set_aside == 0 and .runs >= 2000')" = true
}

# One bug in a subtest alone and in the whole test: each finding keeps its file.
fuzz "c" -run '^TestTable$/^one$'
expect_rc 1 "a subtest alone"
goknot fuzz -C sub -o c -json -quiet -seed 1 -parallel 1 -first -fuzztime 2000x -run '^TestTable$'
expect_rc 1 "the whole test"
expect "one is of the subtest: $(ls c/crashes)" test "$(grep -l '^run: ' c/crashes/*.crash | wc -l)" = 1
expect "one is of the test: $(ls c/crashes)" test "$(grep -L '^run: ' c/crashes/*.crash | wc -l)" = 1

# Each finding comes from the subtest that was asked for, and replays as such.
while read -r pattern shown wanted; do
	fuzz "c" -run "$pattern"
	expect_rc 1 "-run $pattern"
	expect "-run $pattern: $(cat out)" test "$(events finding '.[0].test')" = "$shown"
	expect "-run $pattern: $(cat out)" test "$(events finding '.[0].message')" = "in $wanted: b was first in $wanted"
	expect "-run $pattern: the crash file has $(grep -a '^run' c/crashes/*.crash)" \
		grep -qFx "run: ^TestTable\$${shown#TestTable}" c/crashes/TestTable-fail-*.crash
	cp c/crashes/TestTable-fail-*.crash "kept.crash"
	goknot replay -C sub -o c -n 3 -json kept.crash
	expect "-run $pattern: replay: $(cat out)" \
		test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true
done <<'END'
TestTable/two TestTable/two TestTable/two_words
Table$/three/deep TestTable/three/deep TestTable/three/deep
TestTable/^one#01$ TestTable/^one#01$ TestTable/one#01
END
goknot status -json c
expect "status: $(cat out)" test "$(events target '.[0].test')" = 'TestTable/^one#01$'

fuzz good -run 'TestNever/good'
clean "-run TestNever/good"
fuzz both -run 'TestNever/group/good|TestNever/good|TestOther/bad'
clean "-run with two alternatives"
fuzz skip -run TestNever -skip 'TestNever/bad|TestNever/group/bad'
clean "-skip of subtests"
fuzz skip2 -skip 'TestTable|/bad|/group/bad'
clean "-skip of a test and of subtests"
goknot status -json skip2
expect "-skip TestTable ran: $(cat out)" test "$(events target '[.[].test] == ["TestNever"]')" = true

# What is skipped is kept, too: the replay would go another way with the other subtests.
fuzz kept -run 'TestTable' -skip '/one|/three'
expect_rc 1 "-skip with a finding"
expect "-skip with a finding: $(cat out)" test "$(events finding '.[0].message')" = "in TestTable/two_words: b was first in TestTable/two_words"
goknot replay -C sub -o kept -n 3 -json kept/crashes/*.crash
expect "-skip: replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true

# Native runs take the same subtests.
goknot fuzz -C sub -o native -json -quiet -seed 1 -parallel 1 -sched native -fuzztime 50x -run TestNever/good
expect_rc 0 "-sched native"
expect "-sched native: $(cat out)" test "$(events summary '.[0] | .runs >= 50 and .listed == 0')" = true

# What names no subtest runs nothing, which go test says, too.
for sched in controlled native; do
	goknot fuzz -C sub -o nope -seed 1 -parallel 1 -sched $sched -fuzztime 20x -run TestNever/nope
	expect_rc 0 "-run with no such subtest, $sched"
	expect_out 'fuzz: warning: example.org/sub TestNever/nope: no tests to run: no subtest has such a name'
	expect "it is told once" test "$(grep -c 'no tests to run' out)" = 1
done
goknot fuzz -C sub -o nope -seed 1 -parallel 1 -fuzztime 20x -run TestNever/good
expect "there is such a subtest: $(cat out)" test "$(grep -c 'no tests to run' out || true)" = 0

goknot fuzz -C sub -o none -run TestTable -skip Test
expect_refusal 2 'goknot fuzz: no test matches -run TestTable -skip Test in \.'
goknot list -C sub -skip 'Never|Table/one'
expect_out 'example.org/sub TestTable'
expect "list -skip: $(cat out)" test "$(wc -l <out)" -eq 1
done_testing
