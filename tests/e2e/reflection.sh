#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Channel operations by package reflect, and a RWMutex' RLocker, are scheduling points with the position of who calls:
# the only switch that loses an update here is at such an operation.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
cat >m/it_test.go <<'GO'
package m

import (
	"reflect"
	"sync"
	"testing"
)

func lost(t *testing.T, between func()) {
	n := 0
	add := func() {
		seen := n
		between()
		n = seen + 1
	}
	done := make(chan bool)
	go func() {
		add()
		done <- true
	}()
	add()
	<-done
	if n != 2 {
		t.Fatal(n)
	}
}

func TestSelect(t *testing.T) {
	c := reflect.ValueOf(make(chan int))
	lost(t, func() {
		reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: c}, {Dir: reflect.SelectDefault}}) // select
	})
}

func TestClose(t *testing.T) {
	lost(t, func() {
		reflect.ValueOf(make(chan int)).Close() // close
	})
}

func TestSend(t *testing.T) {
	c := reflect.ValueOf(make(chan int, 2))
	lost(t, func() {
		c.Send(reflect.ValueOf(1)) // send
	})
}

func TestRecv(t *testing.T) {
	ready := make(chan int, 2)
	ready <- 1
	ready <- 2
	c := reflect.ValueOf(ready)
	lost(t, func() {
		c.Recv() // recv
	})
}

func TestRLocker(t *testing.T) {
	var mu sync.RWMutex
	lost(t, func() {
		mu.RLocker().Lock() // rlock
	})
}

func TestRUnlocker(t *testing.T) {
	var mu sync.RWMutex
	mu.RLock()
	mu.RLock()
	l := mu.RLocker()
	lost(t, func() {
		l.Unlock() // runlock
	})
}
GO
goknot fuzz -C m -o campaign -json -quiet -fuzztime 600x -parallel 1 -seed 1
expect_rc 1 "six lost updates"
cp out found
expect "not found: $(jq -c .title found)" test "$(events finding 'map(.test) | unique | length')" = 6
while read -r test crash; do
	op=$(sed -n "/^func $test(/,/^}/s|.*// ||p" m/it_test.go)
	line=$(grep -n "// $op\$" m/it_test.go | cut -d : -f 1)
	goknot replay -C m -o campaign "$crash"
	expect_rc 1 "replay of $test"
	expect_out " *[0-9]+  G[0-9]+ .* $op it_test.go:$line\b.*"
done < <(jq -r 'select(.event == "finding") | "\(.test) \(.crash_file)"' found)
done_testing
