#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A replay names every goroutine by where it comes from: from the test by go statements, from a timer or from before the
# run by the function it runs, also where that function lies in the standard library. And it names what one is blocked
# in: a wait for a Cond, although the Cond's Locker did something of its own in between.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module origins example.org/origins
cat >origins/o_test.go <<'GO'
package origins

import (
	"context"
	"testing"
	"time"
)

var ask, answer = make(chan int), make(chan int)

func serve() {
	for range ask {
		answer <- 1
	}
}

func init() { go serve() }

func TestOrigins(t *testing.T) {
	fired, done := make(chan int, 1), make(chan int)
	time.AfterFunc(time.Millisecond, func() { fired <- 1 })
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	go func() { <-ctx.Done(); done <- 1 }()
	ask <- 1
	<-answer
	<-done
	<-fired
	if time.Now().Unix() > 0 {
		<-done
	}
}
GO

cat >origins/c_test.go <<'GO'
package origins

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

type spinLock struct{ held atomic.Bool }

func (l *spinLock) Lock() {
	for !l.held.CompareAndSwap(false, true) {
		runtime.Gosched()
	}
}
func (l *spinLock) Unlock() { l.held.Store(false) }

func TestNobodySignals(t *testing.T) {
	var l spinLock
	c := sync.NewCond(&l)
	l.Lock()
	c.Wait()
}
GO

goknot fuzz -C origins -o waits -json -quiet -seed 1 -parallel 1 -first -fuzztime 20x -run TestNobodySignals .
expect_rc 1 "a wait without a signal"
expect "what it is blocked in: $(events finding '.[0].title')" \
	test "$(events finding '.[0].title')" = "deadlock: condwait c_test.go:23"

goknot fuzz -C origins -o campaign -json -quiet -seed 1 -parallel 1 -first -fuzztime 200x -run TestOrigins .
expect_rc 1 "a deadlock"
crash=$(events finding '.[0].crash_file')
goknot replay -C origins -o campaign "$crash"
expect_rc 1 "its replay"
expect_out ' +[0-9]+ +G[0-9]+ +before/o_test.go:11#0 .*'
expect_out ' +[0-9]+ +G[0-9]+ +timer/o_test.go:21#0 .*'
expect_out ' +[0-9]+ +G[0-9]+ +timer/context.go:[0-9]+#0 .*'
expect_out ' +[0-9]+ +G[0-9]+ +T/o_test.go:24#0 .*'
expect "nobody is without a name: $(grep -n ' ?/\|site [0-9a-f]\{8\}' out)" test "$(grep -c ' ?/\|site [0-9a-f]\{8\}' out)" -eq 0

# On the stock scheduler everybody has the same name: a chain found there means the same goroutines here.
names() { sed -n '/^goroutines:/,/^decisions:/s/^  [0-9]* \([0-9a-f]* .*\)/\1/p' "$1" | sort; }
names "$crash" >controlled.names
expect "who was in the controlled run" test "$(wc -l <controlled.names)" -eq 5
for race in "" -race; do
	if [ -n "$race" ] && goknot doctor && grep -q '^limited *race detector' out; then
		skip "native names with -race" "$(grep '^limited *race detector' out)"
		continue
	fi
	# shellcheck disable=SC2086 # no word when there is no -race
	goknot fuzz -C origins -o "native$race" -json -quiet $race -sched native -seed 1 -parallel 1 -first -fuzztime 60s -run TestOrigins .
	expect_rc 1 "a native deadlock $race"
	crash=$(events finding '.[0].crash_file')
	names "$crash" >native.names
	expect "other names on the stock scheduler$race: $(diff controlled.names native.names)" cmp -s controlled.names native.names
	goknot replay -C origins -o "native$race" "$crash"
	expect_rc 1 "its native replay"
	expect_out ' +[0-9]+ +G[0-9]+ +before/o_test.go:11#0 .*'
	expect_out ' +[0-9]+ +G[0-9]+ +timer/o_test.go:21#0 .*'
	expect "nobody is without a name: $(grep -n ' ?/\|site [0-9a-f]\{8\}' out)" test "$(grep -c ' ?/\|site [0-9a-f]\{8\}' out)" -eq 0
done
done_testing
