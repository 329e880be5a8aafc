#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A campaign goes on while the code changes: what does not come any more is fixed, what comes back is a regression,
# whether the replay at the start or fuzzing meets it. A schedule that fits no more has diverged, and the finding is not
# taken for fixed.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
code() { # how the last one is told, how many senders there are
	cat >m/m.go <<GO
package m

func Race() bool {
	c := make(chan int, 9)
	for i := 1; i <= $2; i++ {
		go func() { c <- i }()
	}
	first := <-c
	return $1
}
GO
}
bug='first != 2' fix='first < 9'
cat >m/m_test.go <<'GO'
package m

import "testing"

func TestRace(t *testing.T) {
	if !Race() {
		t.Error("the second came first")
	}
}
GO
fuzz() { # runs, flags
	local runs=$1
	shift
	goknot fuzz -C m -o campaign -json -quiet -fuzztime "${runs}x" -parallel 1 -seed "$((++seed))" "$@" .
}
state() { "$GOKNOT" list -json campaign | jq -r '[.state, .fixed // empty, .regression // empty] | join(" ")'; }
expect_state() { expect "$1: state $(state), wanted $2" test "$(state)" = "$2"; }
found() { events finding 'map(.verdict + (.regression // "")) | tostring'; }
expect_found() { expect "$1: found $(found), wanted $2" test "$(found)" = "$2"; }
fixed() { events fixed 'map([.test, .title]) | tostring'; }
today=$(date -u +%F)
seed=0

code "$bug" 2
fuzz 100
expect_rc 1 "the bug"
expect_found "the bug" '["fail"]'
title=$(events finding '.[0].title')
fuzz 20
expect "the same code is fixed: $(fixed)" test "$(fixed)" = '[]'
expect_state "the same code" verified

# Its schedule has a sender that is none now: that it does not fail says nothing.
code "$bug" 1
fuzz 20
expect_rc 0 "a schedule that does not fit"
expect "a schedule that does not fit is fixed: $(fixed)" test "$(fixed)" = '[]'
expect "what diverged is not told: $(cat out)" test "$(events diverged 'map(.title) | tostring')" = "[\"$title\"]"
expect_state "a schedule that does not fit" diverged
fuzz 20
expect "it diverges twice on one build" test "$(events diverged length)" = 0
goknot list campaign
expect_out ' +example.org/m TestRace, diverged \(it was verified by 2 of 2 replays\)'
expect_out ' +diverged at step [0-9]+: expected .*'
goknot list -sarif - campaign
expect "SARIF: $(jq -c '.runs[0].results[] | [.level, .message.text]' out)" \
	test "$(jq -r '.runs[0].results[] | .level + " " + (.properties.unclear | split(" ")[0])' out)" = "note diverged"
goknot list -junit - campaign
expect "JUnit has a failure: $(cat out)" grep -q 'failures="0".*skipped="1"' out

# Fixed, which is told once.
code "$fix" 2
fuzz 20
expect_rc 0 "the fix"
expect "fixed: $(fixed)" test "$(fixed)" = "[[\"TestRace\",\"$title\"]]"
expect "the summary: $(events summary '.[0] | [.findings, .fixed] | tostring')" \
	test "$(events summary '.[0] | [.findings, .fixed] | tostring')" = '[0,1]'
expect_state "the fix" "fixed $today"
fuzz 20
expect "fixed twice: $(fixed)" test "$(fixed)" = '[]'
goknot status campaign
expect_out " +fixed: its schedule ends well since $today: 20 of 20 continuations clean \(followed 1 of 1 switch\)"
expect_out '[0-9]+ runs of 1 test in .*, 0 findings'

# It comes back, and the replay at the start meets it: no run of fuzzing is needed.
code "$bug" 2
fuzz 1
expect_rc 1 "the bug is back"
expect_found "the bug is back" "[\"fail$today\"]"
expect_state "the bug is back" "verified $today"
goknot list campaign
expect_out " +regression: it was fixed on $today"
fuzz 100
expect_rc 1 "the bug stays"
expect_found "the bug stays" '[]'

# Once more, in text, met by fuzzing: nobody has its schedule any more.
code "$fix" 2
fuzz 20
expect_state "the second fix" "fixed $today"
rm campaign/crashes/*.crash
code "$bug" 2
goknot fuzz -C m -o campaign -fuzztime 100x -parallel 1 -seed 77 .
expect_rc 1 "the bug is back once more"
expect_out '    regression: fail: .*'
expect_out "    fixed on $today, and back"
expect "the regression has no crash file" test -e "$(echo campaign/crashes/TestRace-fail-*.crash)"
expect_state "the bug is back once more" "verified $today"

# What is lived with may come back in silence.
code "$fix" 2
fuzz 20
expect_state "the third fix" "fixed $today"
code "$bug" 2
echo 'fail site m_test.go -- nobody minds' >known
fuzz 100 -ignore known
expect_rc 0 "ignored, and back"
expect_state "ignored, and back" ignored

# A line more above the test moves every goroutine path, and with it what select draws: the bug is no more fixed than before.
module moved example.org/moved
cat >moved/moved_test.go <<'GO'
package moved

import "testing"

func TestSelect(t *testing.T) {
	a, b := make(chan int, 4), make(chan int, 4)
	for range 4 {
		a <- 1
		b <- 1
	}
	done := make(chan int)
	go func() {
		n := 0
		for range 4 {
			select {
			case <-a:
				n++
			case <-b:
			}
		}
		done <- n
	}()
	if <-done == 4 {
		panic("all of one")
	}
}
GO
goknot fuzz -C moved -o moved.campaign -json -quiet -first -seed 1 -parallel 1 -fuzztime 3000x .
expect_rc 1 "a panic that select decides: $(cat out)"
sed -i 's|^func TestSelect|// One line more.\n&|' moved/moved_test.go
goknot fuzz -C moved -o moved.campaign -json -quiet -seed 2 -parallel 1 -fuzztime 1x .
expect "it counts as fixed: $(cat out)" test "$(events fixed length)" = 0
goknot list -json moved.campaign
expect "the store has: $(cat out)" test "$(jq -s '[.[].state] | unique == ["verified"]' out)" = true

# A finding that was ignored for a while is looked for like one that never was, as soon as nobody ignores it any more.
module two example.org/two
gates() { # order in which the gate's locks are taken
	cat >two/two_test.go <<GO
package two

import (
	"sync"
	"testing"
)

func TestGate(t *testing.T) {
	var a, b sync.Mutex
	done := make(chan bool)
	go func() { a.Lock(); b.Lock(); b.Unlock(); a.Unlock(); done <- true }()
	$1.Lock()
	$2.Lock()
	$2.Unlock()
	$1.Unlock()
	<-done
}

func TestFetch(t *testing.T) {
	c, got := make(chan int), make(chan bool, 1)
	go func() { c <- 1 }()
	go func() { got <- true }()
	select {
	case <-c:
	case <-got:
	}
}
GO
}
both() { goknot fuzz -C two -o gates -fuzztime 300x -parallel 1 -seed 3 .; }
gates b a
both
expect_rc 1 "both of them"
expect "both are found: $(grep FOUND out)" test "$(grep -c FOUND out)" = 2
"$GOKNOT" list -ignore gates >two/.goknotignore
both
expect_rc 0 "both are ignored"
rm two/.goknotignore
gates a b
both
expect_rc 1 "one of them is fixed"
expect_out 'fuzz: the code has changed; earlier findings: 1 as before, 1 fixed .*'
expect "what is there as before is found again" test "$(grep -c FOUND out || true)" = 0
expect "what became of them" test "$("$GOKNOT" list -json gates | jq -r '[.test, .state] | join(" ")' | sort | paste -sd,)" = \
	'TestFetch verified,TestGate fixed'
goknot status gates
expect_out '[0-9]+ runs of 2 tests in .*, 1 finding'

done_testing
