#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A saved schedule and code that has changed since: lines that have moved, functions that have, operations that came before
# or went, the fix. It is reproduced, fixed, or diverged with the place; goknot test says the same of kept ones.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

packages="abba closerace sendclosed selecttimeout"
take() { # twin
	for p in $packages; do
		mkdir -p "m/$p"
		find "m/$p" -maxdepth 1 -name '*.go' -delete
		cp "$root/seeds/$p/$1/"*.go "m/$p/"
		sed -i "s/^package $1/package $p/; s|goknot.example/seeds/$p/$1|example.org/changed/$p|" "m/$p/"*.go
	done
}
outcomes() { events schedule '[.[] | (.test + "=" + .outcome)] | sort | join(" ")'; }

module m example.org/changed
take buggy
goknot fuzz -C m -o "$work/campaign" -json -quiet -seed 1 -fuzztime 2000x ./...
expect_rc 1 "fuzzing"
for file in "$work"/campaign/crashes/*.crash; do
	goknot save -C m "$file"
	expect_rc 0 "saving $(basename "$file")"
	expect "$(basename "$file") does not say what replays find their way by" \
		grep -Ecq '^(code|names|about|departures): ' "$file"
done
abba=$(echo "$work"/campaign/crashes/TestABBA-deadlock-*.crash)
closing=$(echo "$work"/campaign/crashes/TestCloseRace-panic-*.crash)
all="TestABBA=reproduced TestCloseRace=reproduced TestSelectTimeout=reproduced TestSendClosed=reproduced"

goknot replay -C m -o "$work/build" -json "$abba"
expect_rc 1 "the code as it was"
expect "nothing has changed: $(cat out)" test "$(events replay '.[0] | .reproduced == 1 and .same_hash == 1 and (has("outcome") | not)')" = true

# Lines move.
sed -i 's/^import/\/\/ One line more.\n\n\/\/ And another.\nimport/' m/*/*.go
goknot test -C m -o "$work/build" -json ./...
expect_rc 1 "lines have moved"
expect "lines have moved: $(cat out)" test "$(outcomes)" = "$all"
goknot replay -C m -o "$work/build" -quiet "$abba"
expect_rc 1 "lines have moved"
expect_out 'replay: reproduced \(deadlock\) at .*lock buggy\.go:28.* \(was .*lock buggy\.go:25.*\)'

# Minimised there, it is a file of the code as it is now.
goknot minimize -C m -o "$work/moved.min.crash" "$abba"
expect_rc 0 "minimising where lines have moved"
expect_err 'goknot minimize: the code has changed since: reproduced \(deadlock\) at .*lock buggy\.go:28.* \(was .*lock buggy\.go:25.*\); .*'
expect "its switches are where they are now: $(cat out)" grep -q 'buggy\.go:28' out
goknot replay -C m -o "$work/build" -json -n 3 "$work/moved.min.crash"
expect_rc 1 "a file that was minimised where lines have moved"
expect "nothing has changed since: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3 and (has("outcome") | not)')" = true

# Functions change places, and so do the operations in another file.
take buggy
awk '/^\/\/ Transfer/ { on = 1 } on { moved = moved $0 "\n" } !on { print } on && /^}/ { on = 0 } END { printf "\n%s", moved }' \
	m/abba/buggy.go >"$work/moved.go"
mv moved.go m/abba/buggy.go
mv m/closerace/buggy.go m/closerace/renamed.go
goknot test -C m -o "$work/build" -json ./abba ./closerace
expect_rc 1 "functions have moved"
expect "functions have moved: $(cat out)" test "$(outcomes)" = "TestABBA=reproduced TestCloseRace=reproduced"

# Operations come before those of the schedule, so that its decisions do not fit: its switches do.
take buggy
sed -i 's/^func Transfer.*/var transfers sync.Mutex\n\n&\n\tfor range 3 {\n\t\ttransfers.Lock()\n\t\ttransfers.Unlock()\n\t}/' m/abba/buggy.go
goknot replay -C m -o "$work/build" -json "$abba"
expect_rc 1 "operations before"
expect "operations before: $(cat out)" test "$(events replay '.[0] | .reproduced == 0 and .outcome == "reproduced"')" = true
expect "by its switches: $(cat out)" test "$(events replay '.[0].outcome_text | test(", by its switches$")')" = true

# What the schedule departs at is gone, and the bug with it.
take buggy
sed -i '/second\.mu\.Lock/d; /second\.mu\.Unlock/d; s/first, second := from, to/first := from/' m/abba/buggy.go
goknot replay -C m -o "$work/build" -quiet "$abba"
expect "the operation is gone: exit code $rc" test "$rc" -eq 0
expect_out 'replay: fixed: 20 of 20 continuations clean \(followed 0 of 1 switch; lock buggy\.go:25 \(second\.mu\) by .* is not there any more\)'

# It is there, but the goroutine does not come to it.
take buggy
sed -i 's/^func Transfer.*/&\n\tif to.id == 2 {\n\t\treturn\n\t}/' m/abba/buggy.go
sed -i 's/a.Balance() != 80 || b.Balance() != 120/false/' m/abba/buggy_test.go
goknot replay -C m -o "$work/build" -quiet -continue 5 "$abba"
expect_rc 4 "not come to"
expect_out 'replay: diverged at step [0-9]+: expected lock buggy\.go:25 \(second\.mu\) by T/buggy_test\.go:14#0, found .* \(5 of 5 continuations clean, followed 0 of 1 switch\)'

# The fix.
take fixed
goknot replay -C m -o "$work/build" -quiet "$abba"
expect_rc 0 "fixed"
expect_out 'replay: fixed: 20 of 20 continuations clean \(followed 1 of 1 switch\)'
goknot minimize -C m -o "$work/none.crash" "$abba"
expect_rc 4 "minimising what is fixed"
expect_out '.*the schedule no longer ends as it did, and the code has changed since: goknot replay tells .*'
expect "nothing is written" test ! -e none.crash
goknot replay -C m -o "$work/build" -json "$closing"
expect_rc 0 "fixed"
expect "fixed: $(cat out)" test "$(events replay '.[0] | .outcome == "fixed" and .continuations == 20 and .clean == 20 and .followed == .asked')" = true
goknot test -C m -o "$work/build" -v -json ./...
expect_rc 0 "all are fixed"
expect "all are fixed: $(cat out)" test "$(outcomes)" = "${all//reproduced/fixed}"

# Another bug at the end of the same schedule.
sed -i 's/^func Transfer.*/&\n\tpanic("another bug")/' m/abba/*fixed.go
goknot replay -C m -o "$work/build" -quiet "$abba"
expect_rc 4 "another bug"
expect_out 'replay: inconclusive: it ends in another bug \(.*\): panic: .*'

# What cannot be tried.
rm m/abba/*_test.go
goknot replay -C m -o "$work/build" "$abba"
expect_refusal 2 'goknot replay: .*TestABBA of example\.org/changed/abba is not there any more.*'
module other example.org/other
goknot replay -C other -o "$work/build" "$closing"
expect_rc 2 "another module"

# A go statement that moves into another function gives its goroutine another path: with that nothing has been tried.
module helper example.org/helper
code() { # how both are started
	cat >helper/helper_test.go <<GO
package helper

import (
	"sync"
	"testing"
)

func TestOrder(t *testing.T) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	x, y, hit := 0, 0, false
	for range $2 {
		mu.Lock()
		mu.Unlock()
	}
	wg.Add(2)
	writeX := func() {
		defer wg.Done()
		for i := range 30 {
			mu.Lock()
			x = i
			mu.Unlock()
		}
	}
	writeY := func() {
		defer wg.Done()
		for i := range 30 {
			mu.Lock()
			y = i
			hit = hit || x == 17 && y == 3
			mu.Unlock()
		}
	}
	$1
	wg.Wait()
	if hit {
		panic("hit")
	}
}

func startX(f func()) { go f() }

func startY(f func()) { go f() }
GO
}
code 'go writeX(); go writeY()' 0
goknot fuzz -C helper -o helper.campaign -json -quiet -first -seed 1 -parallel 1 -fuzztime 20000x .
expect_rc 1 "fuzzing what is to be rewritten: $(cat out)"
crash=$(events finding '.[0].crash_file')
code 'startX(writeX); startY(writeY)' 7
goknot replay -C helper -o "$work/build" -quiet "$crash"
expect_rc 4 "go statements in another function: $(cat out)"
expect_out 'replay: diverged at step .*'
done_testing
