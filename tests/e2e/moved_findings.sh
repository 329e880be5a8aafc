#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A campaign whose code moves to other lines: what was found before is recognised, stays one finding with its history, and
# what is ignored stays ignored. Native findings are tried, and what an older goknot found can be ignored once it came again.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/moved
mkdir -p m/abba m/leak m/twins
cp "$root"/seeds/abba/buggy/*.go m/abba/
cat >m/leak/leak_test.go <<'GO'
package leak

import "testing"

func Forgotten(c chan int) {
	go func() { c <- 1 }()
}

func TestLeak(t *testing.T) {
	Forgotten(make(chan int))
}
GO
# Two bugs on lines below each other: with a line more above them one stands where the other one was.
cat >m/twins/twins_test.go <<'GO'
package twins

import "testing"

func first(c chan int)  { <-c }
func second(c chan int) { <-c }

func TestTwins(t *testing.T) {
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 1 {
		go first(make(chan int))
	} else {
		go second(make(chan int))
	}
	<-c
}
GO
echo 'leak function example.org/moved/leak.Forgotten -- lives with it' >m/.goknotignore
fuzz() { # runs, flags
	local runs=$1
	shift
	goknot fuzz -C m -o campaign -json -quiet -fuzztime "${runs}x" -parallel 1 -seed "$((++seed))" "$@" ./...
}
findings() { # filter
	"$GOKNOT" list -json campaign | jq -c "select(.test and .verdict) | $1" | sort
}
shown='[.test, .state, .verdict, .title]'
seed=0

fuzz 1500
expect_rc 1 "the bugs"
before=$(findings "$shown")
expect "what there is: $before" test "$(findings '.test' | tr -d '"\n')" = TestABBATestLeakTestTwinsTestTwins
expect "what is ignored: $before" test "$(findings 'select(.state == "ignored") | .test')" = '"TestLeak"'
files=$(findings '[.test, .crash_file]')

# A comment above: what is found is the same, on other lines.
sed -i '1a\
\
// One line more.' m/*/*.go
fuzz 1500
expect "new findings: $(events finding '.')" test "$(events finding length)" = 0
expect "ignored is told as new: $(events summary '.[0]')" test "$(events summary '.[0] | [.findings, .fixed] | tostring')" = '[0,0]'
expect "not said: $(cat out)" test "$(events note '[.[].text | select(test("earlier findings: 3 as before"))] | length')" = 1
after=$(findings "$shown")
expect "the states: $after" test "$(findings '[.test, .state]')" = "$(jq -c '.[:2]' <<<"$before")"
expect "the lines did not move: $after" test "$(findings 'select(.test != "TestLeak") | .title' | grep -c ':')" = 3
moved=$(sed -E 's/:[0-9]+/:N/g' <<<"$after")
expect "not the same but for lines: $moved" test "$moved" = "$(sed -E 's/:[0-9]+/:N/g' <<<"$before")"
expect "the titles are of the old lines" test "$after" != "$before"
expect "the crash files: $(findings '[.test, .crash_file]')" test "$(findings '[.test, .crash_file]')" = "$files"

# Once more on the same build, where its buckets are known; and with lines more.
fuzz 500
expect "new findings: $(events finding '.')" test "$(events finding length)" = 0
expect "looked for again: $(events note '.')" test "$(events note '[.[].text | select(test("earlier findings"))] | length')" = 0
expect "nothing of what is known was met" test "$(events summary '.[0].duplicates > 0')" = true
sed -i '1a\
// And one.' m/*/*.go
fuzz 500
expect "new findings: $(events finding '.')" test "$(events finding length)" = 0
expect "the states" test "$(findings '[.test, .state]')" = "$(jq -c '.[:2]' <<<"$before")"
goknot replay -C m -o campaign "campaign/crashes/$(findings 'select(.test == "TestABBA") | .crash_file' | tr -d '"' | xargs basename)"
expect_rc 1 "the crash file of a finding that has moved"

# Fixed, and back on other lines, which only fuzzing can meet without its crash file's schedule.
mv m/abba buggy
mkdir m/abba
cp "$root"/seeds/abba/fixed/*.go m/abba/
fuzz 200 -run ABBA
expect "the fix: $(cat out)" test "$(findings 'select(.test == "TestABBA") | .state')" = '"fixed"'
rm -r m/abba
mv buggy m/abba
sed -i '1a\
// Back.' m/abba/*.go
fuzz 500 -run ABBA
expect_rc 1 "back on other lines"
expect "it is no regression: $(cat out)" test "$(events finding '.[0] | [.test, has("regression")] | tostring')" = '["TestABBA",true]'
expect "two of one bug: $(findings "$shown")" test "$(findings 'select(.test == "TestABBA") | .state')" = '"verified"'

# A database from before findings had places (migration 6): they are filled in when the bug comes again.
rm m/.goknotignore
sqlite3 campaign/goknot.db "UPDATE findings SET places = '', build = 0, ignored = '', state = 1"
goknot list -ignore campaign
expect_out '#     nobody knows where: it cannot be ignored'
echo 'leak function example.org/moved/leak.Forgotten -- lives with it' >m/.goknotignore
fuzz 1 -run Leak
expect "an old finding is not ignored: $(findings "$shown")" test "$(findings 'select(.test == "TestLeak") | .state')" = '"ignored"'
rm m/.goknotignore
fuzz 1
goknot list -ignore campaign
expect "places are missing: $(cat out)" test "$(grep -c 'nobody knows' out)" = 0

# Where it was stands another bug now, whose file would have the name of its own.
module o example.org/over
over() { # what comes before first, who is started else
	cat >o/over_test.go <<GO
package over

import "testing"
$1
func first(c chan int) { <-c }

func TestOver(t *testing.T) {
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 1 {
		go first(make(chan int))
	} else {
		$2
	}
	<-c
}
GO
	goknot fuzz -C o -o over -json -quiet -fuzztime 200x -parallel 1 -seed "$((++seed))" .
}
over '' 't.Log()'
expect "one bug: $(cat out)" test "$(events finding 'map(.title) | tostring')" = '["leak: recv over_test.go:5"]'
file=$("$GOKNOT" list -json over | jq -r .crash_file)
cp "$file" first.crash
over '
func second(c chan int) { <-c }
' 'go second(make(chan int))'
expect "another bug, on its line: $(cat out)" test "$(events finding 'map(.title) | tostring')" = '["leak: recv over_test.go:5"]'
expect "its file is written over" cmp -s "$file" first.crash
expect "two bugs: $("$GOKNOT" list over)" test "$("$GOKNOT" list -json over | jq -r '.title + " " + .crash_file' | sort -u | cut -d' ' -f3 | tr '\n' ' ')" = "over_test.go:5 over_test.go:7 "

# A native finding on other lines, and fixed: its chain is moved with it, and what its runs cannot tell the schedule beside can.
module n example.org/native
mkdir n/abba
cp "$root"/seeds/abba/buggy/*.go n/abba/
native() { # seconds
	goknot fuzz -C n -o native -json -quiet -sched native -fuzztime "$1" -parallel 1 -seed "$((++seed))" ./...
}
native 4s
expect_rc 1 "natively"
sed -i '1a\
// One line more.' n/abba/*.go
native 6s
expect "natively on other lines: $(cat out)" test "$(events note '[.[].text | select(test("earlier findings: 1 as before"))] | length')" = 1
expect "it is found anew: $(events finding '.')" test "$(events finding length)" = 0
expect "natively: $("$GOKNOT" list native)" test "$("$GOKNOT" list -json native | jq -r .state)" = verified
rm n/abba/*
cp "$root"/seeds/abba/fixed/*.go n/abba/
native 6s
# Its schedule is not minimised, so that the fix may be where it cannot be followed any more.
expect "natively fixed: $(cat out)" test "$("$GOKNOT" list -json native | jq '.state == "fixed" or .state == "diverged" or .state == "inconclusive"')" = true
done_testing
