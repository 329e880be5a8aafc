#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Findings that are lived with: what the ignore file matches as a whole is kept and counted, and is no reason to fail;
# what it matches in part, or no longer, is a finding. Leaks that are most likely meant are proposed as lines for it.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
mkdir m/pool
cat >m/pool/pool.go <<'GO'
package pool

import "sync"

type Pool struct{ in chan func() }

var (
	once   sync.Once
	shared *Pool
)

func (p *Pool) run() {
	for f := range p.in {
		f()
	}
}

func Shared() *Pool {
	once.Do(func() { shared = &Pool{in: make(chan func())}; go shared.run() })
	return shared
}

func Stuck() {
	Shared()
	go func() {
		var mu sync.Mutex
		mu.Lock()
		mu.Lock()
	}()
}
GO
cat >m/pool/pool_test.go <<'GO'
package pool

import "testing"

func TestIdle(t *testing.T)  { Shared() }
func TestStuck(t *testing.T) { Stuck() }
func TestCrash(t *testing.T) {
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 {
		panic("two came first")
	}
}
GO
state_of() { # test
	"$GOKNOT" list -json "$work/campaign" | jq -r "select(.test == \"$1\") | .state + \" \" + (.ignored // \"\")"
}
fuzz() { goknot fuzz -C m -o campaign -json -quiet -fuzztime 150x -parallel 1 -seed 1 -run "$@"; }
minor=$(go_minor)

# Without a file they are findings; the idle worker of the pool is proposed, the lock beside it is not.
fuzz Idle ./...
expect_rc 1 "no ignore file"
if [ "$minor" -ge 26 ]; then
	expect "what is proposed: $(events finding '.[0].to_ignore')" test "$(events finding '.[0].to_ignore')" = \
		'leak function example.org/m/pool.(*Pool).run -- idle worker, started once'
else
	skip "a worker that is started once" "only Go 1.26 and later know what reaches the goroutines that are left"
fi
fuzz Stuck ./...
expect_rc 1 "no ignore file"
expect "a lock is proposed to be ignored" test "$(events finding 'length == 1 and .[0].to_ignore == null')" = true

# The campaign goes on: what matches is ignored now, what matches in part is not.
echo 'leak function example.org/m/pool.(*Pool).run -- all share one worker' >m/.goknotignore
fuzz Idle ./...
expect_rc 0 "the ignore file matches all of it"
expect "it is found" test "$(events finding length)" = 0
expect "it is not told" test "$(events ignored 'map([.test, .why]) | tostring')" = '[["TestIdle","all share one worker"]]'
expect "it is not counted" test "$(events summary '.[0] | [.findings, .ignored] | tostring')" = '[0,1]'
expect "the entry is not told of" test "$(events ignore '.[0] | [.at, .findings > 0] | tostring')" = \
	'["m/.goknotignore:1",true]'
expect "the store has: $(state_of TestIdle)" test "$(state_of TestIdle)" = "ignored all share one worker"
fuzz Stuck ./...
expect_rc 1 "one goroutine of two is matched"
expect "the store has: $(state_of TestStuck)" test "$(state_of TestStuck)" = "verified "
goknot list campaign
expect_out ' +ignored: all share one worker'
goknot status campaign
expect_out ' +ignored: all share one worker'
expect_out '.* 1 finding, 1 ignored'

# A new campaign keeps it as well, says so in a line, and does not take the time to minimise it.
goknot fuzz -C m -o fresh -fuzztime 100x -parallel 1 -seed 1 -run Idle ./...
expect_rc 0 "a new campaign"
expect_out 'fuzz: known findings: 1 line in m/.goknotignore'
expect_out 'fuzz: ignored: example.org/m/pool TestIdle: leak: recv pool.go:13 \(all share one worker\)'
expect_out 'fuzz: 0 findings, .*, 1 ignored'
expect "a finding is printed" test "$(grep -c FOUND out || true)" = 0
kept=(fresh/crashes/TestIdle-leak-*.crash)
expect "its schedule is not kept" test -e "${kept[0]}"
goknot replay -C m -o fresh "${kept[0]}"
expect_rc 1 "what is ignored replays all the same"

# Ready-made lines for what there is.
goknot list -ignore campaign
expect_rc 0 "list -ignore"
expect_out '# leak: .*lock pool.go:28'
expect_out 'leak function example.org/m/pool.Stuck -- found by TestStuck on [0-9-]+'
expect "what is ignored already is proposed" test "$(grep -c TestIdle out || true)" = 0
cp m/.goknotignore one
cat out >>m/.goknotignore
fuzz Stuck ./...
expect_rc 0 "the lines that list -ignore printed"
mv one m/.goknotignore

# goknot test lives with it, too.
mkdir -p m/pool/testdata/goknot/TestIdle
cp "${kept[0]}" m/pool/testdata/goknot/TestIdle/idle.crash
goknot test -C m -o fresh -v ./...
expect_rc 0 "goknot test: an ignored schedule"
expect_out 'ok .*idle.crash \(ignored: all share one worker: leak: .*\)'
goknot test -C m -o fresh -ignore /dev/null ./...
expect_rc 1 "goknot test: nothing is ignored"

# Expired, it is told and is a finding again; so it is without the file.
sed -i 's/ -- all share/ until 2020-02-29 -- all share/' m/.goknotignore
goknot fuzz -C m -o campaign -fuzztime 100x -parallel 1 -seed 1 -run Idle ./...
expect_rc 1 "an expired entry"
expect_out 'fuzz: m/.goknotignore:1: expired, ignores nothing any more: leak function .* until 2020-02-29 -- all share one worker'
expect "it is not found again" grep -q 'FOUND: example.org/m/pool TestIdle' out
expect "the store has: $(state_of TestIdle)" test "$(state_of TestIdle)" = "verified "
goknot test -C m -o fresh ./...
expect_rc 1 "goknot test: an expired entry"
expect_err 'goknot test: m/.goknotignore:1: expired, ignores nothing any more: .*'
rm m/.goknotignore
fuzz Stuck ./...
expect_rc 1 "the file is gone"
expect "it is not found again" test "$(events finding length)" = 1

# A panic goes by where it was; -ignore names another file.
echo 'panic site pool/pool_test.go:12 -- on purpose' >known.txt
fuzz Crash -ignore known.txt ./...
expect_rc 0 "a panic, by its line"
echo 'deadlock site pool/pool_test.go:12 -- on purpose' >known.txt
fuzz Crash -ignore known.txt ./...
expect_rc 1 "a panic is no deadlock"
expect "it is not found again" test "$(events finding 'map(.verdict) | tostring')" = '["panic"]'
expect "the entry is said to have matched" test "$(events ignore '.[0].findings')" = 0

# What is ignored must not hide a goroutine that is blocked at the same line and was created elsewhere.
module two example.org/two
cat >two/two_test.go <<'GO'
package two

import "testing"

func work(c chan int) { <-c }

func startKnown(c chan int) { go work(c) }

func startNew(c chan int) { go work(c) }

func TestLeak(t *testing.T) {
	c := make(chan int)
	first := make(chan int, 2)
	go func() { first <- 1 }()
	go func() { first <- 2 }()
	if <-first == 1 {
		startKnown(c)
	} else {
		startNew(c)
	}
	<-first
}
GO
echo 'leak function example.org/two.startKnown -- lives with the process' >two/.goknotignore
goknot fuzz -C two -o two.campaign -json -quiet -seed 1 -parallel 1 -fuzztime 300x .
expect_rc 1 "another creator: $(cat out)"
expect "another creator: $(cat out)" test "$(events summary '.[0] | .findings == 1 and .ignored == 1')" = true
done_testing
