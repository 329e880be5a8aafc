#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What is listed stays in the campaign: goknot list and goknot status tell of it until the code changes or until it is a
# finding, whatever later sessions run and however the session ended.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
cat >m/m_test.go <<'GO'
package m

import (
	"os"
	"testing"
)

func TestPanic(t *testing.T) { panic("no \x1b[31mcolour \\ \" \u202e \xff <b>\nmore") }
func TestFail(t *testing.T)  { t.Errorf("want %d", 2) }
func TestFine(t *testing.T)  {}

// As long as there is no file, every schedule ends so.
func TestLater(t *testing.T) {
	_, err := os.Stat("loose")
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 || err != nil {
		t.Error("the second, or no file")
	}
}
GO
# A package with a program and a test: two binaries.
mkdir -p m/cmd/x
printf 'package main\n\nimport "os"\n\nfunc main() { os.Exit(3) }\n' >m/cmd/x/main.go
printf 'package main\n\nimport "testing"\n\nfunc TestX(t *testing.T) { t.Fatal("x") }\n' >m/cmd/x/x_test.go

fuzz() { # runs, flags...
	goknot fuzz -C m -o campaign -seed 1 -parallel 1 -fuzztime "$1"x "${@:2}"
}
tests() { "$GOKNOT" list -json "${1:-campaign}" | jq -rs 'map(select(.event == "listed") | .test) | join(" ")'; }
count() { "$GOKNOT" status -json campaign | jq 'select(.event == "status").listed'; }
always='\(every schedule so far ends so\)'
panic='example.org/m TestPanic: panic: m_test.go:8: no \\x1b\[31mcolour \\\\ " .*\\xff <b>'

fuzz 150 -run 'Panic|Fail|Fine|Later' .
expect_rc 0 "what is listed"
expect_out "fuzz: listed: $panic $always"
goknot list campaign
expect_rc 0 "goknot list"
expect_out 'no findings'
expect_out "listed: $panic $always"
expect_out "listed: example.org/m TestFail: fail: m_test.go:9: want 2 $always"
goknot list -json campaign
expect "list -json: $(cat out)" test "$(events listed 'map([.package, .test, .verdict, .title, .message, .why]) | .[0] | tostring')" = \
	'["example.org/m","TestFail","fail","fail: m_test.go:9","want 2","every schedule so far ends so"]'
expect "list -json: $(cat out)" test "$(events listed length)" = 3
goknot status campaign
expect_out ' corpus .*'
expect_out '.* listed        3, set aside 0'
expect_out "  $panic $always"
expect_out "  example.org/m TestFail: fail: m_test.go:9: want 2 $always"
expect_out '150 runs of 4 tests in .*, 0 findings'
goknot status -json campaign
expect "status -json: $(cat out)" test "$(events listed 'map(.test) | join(" ")')" = "TestFail TestLater TestPanic"
expect "status -json: $(cat out)" test "$(events status '.[0].listed')" = 3
goknot list -ignore campaign
expect_out '# nothing to ignore'
expect "what is listed can be ignored: $(cat out)" test "$(wc -l <out)" = 1

# What stands in the file is not trusted.
cp -R campaign odd
sqlite3 odd/goknot.db "UPDATE listed SET title = char(27) || ']0;t' || char(10) || 'listed: x', verdict = 'y' || note,
	message = char(155, 8238, 9), note = 77"
for command in list status; do
	goknot "$command" odd
	expect_rc 0 "goknot $command: an odd file"
	expect_out '.*example.org/m TestFail: \\x1b\]0;t\\nlisted: x: \\xc2\\x9b\\xe2\\x80\\xae\\t \(unknown\)'
	goknot "$command" -json odd
	expect "goknot $command -json: an odd file: $(cat out)" test "$(events listed '.[0].title')" = $'\e]0;t\nlisted: x'
done
goknot fuzz -C m -o odd -seed 1 -parallel 1 -fuzztime 50x -run 'Fail' .
expect_rc 0 "goknot fuzz: an odd file"
expect_out "fuzz: listed: example.org/m TestFail: fail: m_test.go:9: want 2 $always"

# A session that runs something else, and one that sees it again.
fuzz 50 -run Fine .
expect_out 'fuzz: 0 findings, .*, 0 listed, .*'
expect "another session: $(tests)" test "$(tests)" = "TestFail TestLater TestPanic"
expect "the session's own stand for those before: $(count)" test "$(count)" = 3
fuzz 50 -run Fail .
expect_out "fuzz: listed: example.org/m TestFail: .*"
expect "it is seen again: $(tests)" test "$(tests)" = "TestFail TestLater TestPanic"
expect "it is counted again: $(count)" test "$(count)" = 3

# It turns out to depend on the schedule.
: >m/loose
fuzz 400 -run Later .
expect_rc 1 "it is a finding"
expect "what is a finding is listed: $(tests)" test "$(tests)" = "TestFail TestPanic"
goknot list campaign
expect_out 'fail: m_test.go:19'
expect "a finding and no other line: $(cat out)" test "$(grep -c '^listed: ' out)" = 2
expect "the finding and the listed ends: $(tests)" test "$(
	"$GOKNOT" list -json campaign | jq -r 'select(.state == "verified") | .test'
)" = TestLater

# A program and the test beside it.
fuzz 20 ./cmd/x -- -flag
expect_rc 0 "a program that always fails"
fuzz 20 -run X ./cmd/x
expect "a program and a test: $(tests)" test "$(tests)" = "TestFail TestPanic TestX main"

# Changed code: what was listed goes, of tests that are not run or not there, too; that of other code stays.
sed -i -e '/TestPanic/d' -e 's/t.Errorf("want %d", 2)/t.Log("mended")/' m/m_test.go
fuzz 50 -run Fine .
expect "the code has changed: $(tests)" test "$(tests)" = "TestX main"
sed -i 's/"x"/"y"/' m/cmd/x/x_test.go
fuzz 20 -run X ./cmd/x
goknot list campaign
expect_out 'listed: example.org/m/cmd/x TestX: .*: y .*'
expect "the test has changed: $(tests)" test "$(tests)" = "TestX main"
sed -i 's/t.Fatal("y")//' m/cmd/x/x_test.go
fuzz 20 -run X ./cmd/x
expect "the test is mended: $(tests)" test "$(tests)" = main
sed -i 's/3/0/' m/cmd/x/main.go
fuzz 20 ./cmd/x -- -flag
expect "the program is mended: $(tests)" test "$(tests)" = ""
expect "nothing is left: $(count)" test "$(count)" = 0

# SIGKILL.
sed -i 's/t.Log("mended")/t.Errorf("want %d", 3)/' m/m_test.go
"$GOKNOT" fuzz -C m -o killed -seed 1 -parallel 1 -run Fail . >out 2>err </dev/null &
pid=$!
on_exit+=("kill -9 $pid 2>/dev/null")
for _ in $(seq 600); do
	[ "$(tests killed 2>/dev/null)" != TestFail ] || break
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.1
done
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
expect "a killed campaign: $(tests killed)" test "$(tests killed)" = TestFail

# The format before.
cp -R killed old
sqlite3 old/goknot.db "DROP TABLE listed; INSERT INTO meta VALUES ('listed', '7'); PRAGMA user_version = 8"
goknot list old
expect_refusal 2 'goknot list: old/goknot.db is of an older goknot: run goknot fuzz on it once'
goknot fuzz -C m -o old -seed 1 -parallel 1 -fuzztime 50x -run Fail .
expect_rc 0 "a campaign of the format before"
expect "the format before: $(tests old)" test "$(tests old)" = TestFail
expect "its count: $("$GOKNOT" status old)" test "$("$GOKNOT" status -json old | jq 'select(.event == "status").listed')" = 1
done_testing
