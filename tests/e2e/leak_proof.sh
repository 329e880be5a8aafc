#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Leaks told apart: what nothing live reaches any more, by the collector's own proof where the Go release has one,
# and what something live still reaches. A goroutine that waits for the outside is listed, not found.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module leaks example.org/leaks
cat >leaks/leaks_test.go <<'GO'
package leaks

import (
	"net"
	"sync"
	"testing"
)

var kept = make(chan int)

func TestUnreachable(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
}

func TestUnreachableLock(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	go mu.Lock()
}

func TestReachable(t *testing.T) {
	go func() { kept <- 1 }()
}

func TestBoth(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
	go func() { kept <- 1 }()
}

func TestOutside(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go l.Accept()
}
GO
goknot fuzz -C leaks -o campaign -json -quiet -fuzztime 200x -parallel 1 -seed 1
expect_rc 1 "fuzzing"
minor=$(go_minor)
proven=proven
reachable=reachable
if [ "$minor" -lt 26 ]; then proven=unproven reachable=unproven; fi
while read -r test proof; do
	expect "$test: not a leak that is $proof: $(events finding 'map([.test, .verdict, .proof])')" test \
		"$(events finding "map(select(.test == \"$test\")) | length == 1 and .[0].verdict == \"leak\" and .[0].proof == \"$proof\"")" = true
	expect "$test: its crash file does not say so" grep -qx "proof: $proof" campaign/crashes/"$test"-leak-*.crash
done <<TABLE
TestUnreachable $proven
TestUnreachableLock $proven
TestReachable $reachable
TestBoth $reachable
TABLE
expect "TestOutside is not listed: $(events listed 'map([.test, .title, .why])')" \
	test "$(events listed 'map(select(.test == "TestOutside" and .why == "waits for something outside the process")) | length')" = 1
expect "TestOutside is found" test "$(events finding 'map(select(.test == "TestOutside")) | length')" = 0
goknot fuzz -C leaks -o text -quiet -fuzztime 200x -parallel 1 -seed 1 -run '^TestReachable$'
expect_out " +proof: $reachable"
goknot replay -C leaks -o text text/crashes/TestReachable-leak-*.crash
expect_out " +proof: $reachable"
goknot replay -C leaks -o text -json campaign/crashes/TestUnreachable-leak-*.crash
expect "the replay does not say how the leak is known: $(cat out)" \
	test "$(events replay ".[0].proof == \"$proven\"")" = true
done_testing
