#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a finding shows of places that have no hook: the line of a sleep, a go statement whose goroutine runs first, stacks as
# the stock toolchain has them, to the program and in the dump.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
cat >m/it_test.go <<'GO'
package m

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Its goroutine sleeps behind an operation that has nothing to do with that.
func TestSleeps(t *testing.T) {
	var mu sync.Mutex
	looked := make(chan bool, 1)
	go func() {
		mu.Lock()
		mu.Unlock()

		time.Sleep(20 * time.Millisecond)
		looked <- true
		time.Sleep(40 * time.Millisecond)
	}()
	mu.Lock()
	mu.Unlock()
	time.Sleep(30 * time.Millisecond)
	if len(looked) == 1 {
		t.Error("it slept less")
	}
	time.Sleep(60 * time.Millisecond)
}

// Nothing else than a stop right behind the go statement shows it.
func TestCreates(t *testing.T) {
	n := 0
	done := make(chan bool, 2)
	go func() {
		n++
		done <- true
	}()
	was := n
	go func() { done <- true }()
	<-done
	<-done
	if was > 0 {
		t.Error("it was first")
	}
}

func frames() string {
	var pcs [32]uintptr
	var b strings.Builder
	fs := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for more := true; more; {
		var f runtime.Frame
		f, more = fs.Next()
		fmt.Fprintf(&b, "<%s %s:%d>\n", f.Function, f.File, f.Line)
		more = more && !strings.HasPrefix(f.Function, "testing.")
	}
	return b.String()
}

func TestOnce(t *testing.T) {
	var once sync.Once
	var other sync.Once
	once.Do(func() { t.Log(frames()) })
	once.Do(nil)
	sync.OnceFunc(func() { t.Log(frames()) })()
	func() {
		defer other.Do(func() { t.Log(frames()) })
	}()
	early := make(chan bool, 1)
	go func() { early <- true }()
	if len(early) == 0 {
		t.Error("not by every schedule, or it would be no finding")
	}
}

func TestDeferred(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	go func() {
		defer mu.Lock()
		mu.TryLock()
	}()
	time.Sleep(time.Second)
}
GO
line() { grep -n -- "$1" m/it_test.go | cut -d: -f1; }
finds() { # test
	goknot fuzz -C m -o "$1" -json -quiet -seed 1 -parallel 1 -first -fuzztime 200x -run "^$1\$" .
	expect_rc 1 "$1"
	crash=$(events finding '.[0].crash_file')
	goknot replay -C m -o "$1" "$crash"
	expect_rc 1 "replay of $1"
	expect_out ".* schedule hash [0-9a-f]* as saved.*"
}

finds TestSleeps
first=$(line 'Sleep(20') again=$(line 'Sleep(40')
expect "the sleep has no line of its own: $(cat out)" grep -qx " *G1 blocks in sleep it_test.go:$first" out
expect "nor has the next: $(cat out)" grep -qx " *G1 blocks in sleep it_test.go:$again" out
expect "it goes on elsewhere: $(cat out)" grep -Eqx " *[0-9]+ +G1 .*goes on after it_test.go:$first" out
expect "the explanation: $(cat out)" grep -q "blocks in sleep it_test.go:$first\$" out
goknot export -C m -o TestSleeps -format perfetto -o sleeps.json "$crash"
expect_rc 0 "a timeline"
expect "the timeline" grep -q "goes on after it_test.go:$first\"" sleeps.json

finds TestCreates
made=$(line 'go func() {$' | sed -n 2p)
expect "stopped in front of a go statement: $(cat out)" grep -Eqx " *[0-9]+ +G0 .*behind go it_test.go:$made func" out
expect "the explanation: $(cat out)" grep -q "STOPPED behind go it_test.go:$made (func)" out
expect "the crash file" grep -q "T is stopped behind go it_test.go:$made" "${crash%.crash}.timeline.json"

finds TestOnce
"${GOKNOT_GO:-$GO}" -C m test -v -run '^TestOnce$' . >stock || :
frames_of() { grep -o '<.*>' "$1" | sed 's|/[^ ]*/src/|/|'; }
frames_of stock >wanted
frames_of "${crash%.crash}.output" >seen
expect "there are frames of sync.Once" test "$(grep -c 'sync.(\*Once).doSlow' wanted)" = 3
expect "frames: $(diff wanted seen)" cmp -s wanted seen

finds TestDeferred
dump=${crash%.crash}.goroutines
expect "the dump: $(cat "$dump")" grep -A1 'sync.(\*Mutex).Lock(' "$dump"
expect "goknot's frames: $(cat "$dump")" test "$(grep -Ec '\.knot|/knot|^structs\.' "$dump")" = 0
done_testing
