#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The critical states that operations find their channels in are counted, each once for its operation, kept, and new
# ones make a run interesting.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module states example.org/states
cat >states/states_test.go <<'GO'
package states

import "testing"

func TestAll(t *testing.T) {
	c := make(chan int, 2)
	c <- 1 // empty
	c <- 2
	<-c // full
	<-c
	close(c) // empty
	<-c      // closed
	<-c      // closed
}

func TestSelect(t *testing.T) {
	c, d := make(chan int, 1), make(chan int)
	select {
	case c <- 1: // leaves it full
	case <-d:
	}
	close(d) // without a buffer and with nobody waiting it is in no state
	select {
	case <-d: // closed
	}
}

func TestWaiting(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }() // a receiver may wait: empty
	<-c                    // or a sender: full
}
GO
cd states

states() { # expected, flags...
	local want=$1 campaign="../of-$1-${*: -1}" got
	shift
	goknot fuzz -o "$campaign" -seed 1 -parallel 1 -fuzztime 3000x -quiet "$@" .
	expect_rc 0 "goknot fuzz $*"
	goknot status -json "$campaign"
	got=$(events status '.[0].channel_states')
	expect "states of $*: $got for $want" test "$got" = "$want"
}

states 5 -run TestAll
states 2 -run TestSelect
states 2 -run TestWaiting
states 0 -feedback none -mutate=false -run TestAll
goknot fuzz -o ../of-5-TestAll -seed 2 -parallel 1 -fuzztime 2000x -quiet -json -run TestAll .
expect "what an earlier session has seen counts once" test "$(events summary '.[0] | "\(.pairs) \(.channel_states)"')" = "11 5"

done_testing
