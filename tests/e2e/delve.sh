#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# replay -dlv: delve stops before the step that was asked for, shows the goroutine that is about to make it at its line,
# and when it goes on the run ends as saved.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if ! dlv=$("$root/scripts/fetch-dlv.sh" 2>why); then
	skip "replay under delve" "$(cat why)"
	done_testing
fi
PATH=$(dirname "$dlv"):$PATH
export XDG_CONFIG_HOME=$work/config # delve makes files there

module m example.org/m
cat >m/m_test.go <<'GO'
package m

import (
	"fmt"
	"sync"
	"testing"
)

func sender(name string, mu *sync.Mutex, n *int, c chan<- string) {
	mu.Lock()
	*n++
	mu.Unlock()
	c <- name
}

func TestOrder(t *testing.T) {
	var mu sync.Mutex
	n := 0
	c := make(chan string)
	fmt.Printf("begins \x1b]0;title\a\n")
	go sender("one", &mu, &n, c)
	go sender("two", &mu, &n, c)
	first := <-c
	second := <-c
	if first == "two" {
		t.Errorf("%s before %s", first, second)
	}
}
GO

# delve reads its commands from standard input; what it shows is in colours.
debug() { # commands, flags and the file
	rc=0
	printf '%s\n' "$1" | timeout -k 5 120 "$GOKNOT" replay -C m "${@:2}" >raw 2>"$work/err" || rc=$?
	sed 's/\x1b\[[0-9;]*m//g' raw >"$work/out"
	last="goknot replay ${*:2}"
}

# The first step of the saved run whose line matches.
step_of() { awk -v re="$1" '$0 ~ re && $2 ~ /^G[0-9]+$/ { print $1; exit }' listing; }

goknot fuzz -C m -quiet -first -fuzztime 2000x -seed 1 .
expect_rc 1 "making a crash file"
crash=$(echo "$work"/m/.goknot/crashes/*.crash)
goknot replay -C m "$crash"
expect_rc 1 "replay"
cp out listing
verdict=$(tail -n 1 out)

# The bug needs one switch, to the second sender: run-until-block would have had the first one start.
switched=$(step_of 'm_test.go:22#0 +starts')
expect "the first switch is to the second sender" test "$switched" -lt "$(step_of 'm_test.go:21#0 +starts')"
debug $'goroutine\ncontinue' -dlv "$crash"
if grep -q 'not permitted' err; then
	skip "replay under delve" "no process may trace another here"
	done_testing
	exit
fi
expect_rc 1 "under delve"
expect_out "replay: under delve to step $switched of [0-9]+, which is not made yet:"
expect_out '> example.org/m.TestOrder.gowrap2\(\) \./m_test\.go:22 .*'
expect_out 'begins \\x1b\]0;title\\x07'
expect "ends as saved: $verdict" test "$(tail -n 1 out)" = "$verdict"

# Before an operation of a goroutine: in its function, at its line, with its variables.
for name in one two; do
	g=$(awk -v go="m_test.go:$([ $name = one ] && echo 21 || echo 22)#0" '$2 ~ /^G/ && $3 ~ go { print $2; exit }' listing)
	step=$(step_of " $g .* lock m_test.go:10 ")
	debug $'print name\nfinish\nnext\nnext\nprint *n\ncontinue' "-dlv=$step" "$crash"
	expect_rc 1 "before the lock of $name"
	expect_out "Frame [0-9]+: \\./m_test\\.go:10 .*"
	expect_out "\(dlv\) \"$name\""
	# Neither has been at the counter before, or the other has.
	count=$(awk -v last="$step" '$1 ~ /^[0-9]+$/ && $1 <= last && / lock m_test.go:10 /' listing | wc -l)
	expect_out "\(dlv\) $count"
	expect "ends as saved: $verdict" test "$(tail -n 1 out)" = "$verdict"
done

# Before one goes on that was blocked: nothing of it runs yet, and it is shown all the same.
step=$(step_of ' goes on after m_test.go:')
line=$(awk -v step="$step" '$1 == step { print $(NF - 1) }' listing)
debug $'print n\nfinish\nnext\nbt\ncontinue' "-dlv=$step" "$crash"
expect_rc 1 "before one goes on"
expect_out "Frame [0-9]+: \\./${line/./\\.} .*"
expect "ends as saved: $verdict" test "$(tail -n 1 out)" = "$verdict"

# Left before the end, it says nothing of the bug.
debug exit -dlv "$crash"
expect_rc 4 "left early"
expect "told so" test "$(tail -n 1 out | grep -o 'replay: the debugger.*')" = "replay: the debugger was left before the end of the run"
expect "nothing is left running" test -z "$(processes_below "$work/m")"
expect "nothing is left of the script" test -z "$(find m/.goknot/work -name 'dlv*')"

# A schedule that is not minimised has no critical switch: the last step it is.
goknot fuzz -C m -o "$work/long" -quiet -first -fuzzminimizetime 0 -fuzztime 2000x -seed 1 .
expect_rc 1 "making a crash file that is not minimised"
long=$(echo "$work"/long/crashes/*.crash)
debug continue -o "$work/long" -dlv "$long"
expect_rc 1 "one that is not minimised"
expect_out 'replay: under delve to step ([0-9]+) of \1, which is not made yet:'

# Other code, in which the schedule does not end so.
sed -i 's/first == "two"/first == "three"/' m/m_test.go
debug continue -dlv "$crash"
expect_rc 4 "changed code"
expect_out 'replay: the saved schedule does not end as saved with this code; .*'
done_testing
