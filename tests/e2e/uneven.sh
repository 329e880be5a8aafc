#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Tests whose verdict differs under one and the same schedule are set aside and listed, are no findings, and take no
# time from the others; what depends on the schedule stays a finding.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module uneven example.org/uneven
cat >uneven/uneven_test.go <<'TEXT'
package uneven

import (
	"crypto/rand"
	"os"
	"testing"
	"time"
)

func two() {
	c := make(chan int, 2)
	for i := 0; i < 2; i++ {
		go func() { c <- i }()
	}
	<-c
	<-c
}

// The process decides.
func TestPid(t *testing.T) {
	two()
	if os.Getpid()%2 == 0 {
		t.Fatal("an even process")
	}
}

// The same, and nobody ever comes.
func TestPidStuck(t *testing.T) {
	two()
	if os.Getpid()%2 == 1 {
		<-make(chan int)
	}
}

// The kernel's random numbers decide, in every run anew.
func TestRandom(t *testing.T) {
	var b [1]byte
	f, err := os.Open("/dev/urandom")
	if err != nil {
		t.Skip(err)
	}
	f.Read(b[:])
	f.Close()
	two()
	if b[0] < 128 {
		panic("a bad draw")
	}
}

// The schedule decides, and nothing else does.
func TestOrder(t *testing.T) {
	c := make(chan int, 2)
	for i := 0; i < 2; i++ {
		go func() { c <- i }()
	}
	if <-c == 1 {
		t.Fatal("the wrong one first")
	}
	<-c
}

// Random numbers that goknot controls, and its clock.
func TestControlled(t *testing.T) {
	var b [1]byte
	rand.Read(b[:])
	time.Sleep(time.Duration(b[0]) * time.Millisecond)
	two()
}
TEXT
cd uneven

goknot fuzz -o ../campaign -seed 1 -parallel 1 -fuzztime 25s -json -quiet .
expect_rc 1 "a campaign over tests that something outside decides"
expect "what the schedule decides is a finding, and nothing else: $(events finding 'map(.test) | tostring')" \
	test "$(events finding 'map(.test) | unique | tostring')" = '["TestOrder"]'
aside=$(jq -rn '[inputs] | map(select(.event == "set aside").test) | sort | tostring' "$work/out")
# One bad draw after another looks like a test that bears no second run in its process, and is listed as that.
others='["TestPid","TestPidStuck","TestRandom"]'
if [[ $aside != *Random* ]]; then
	others='["TestPid","TestPidStuck"]'
	expect "TestRandom is listed" test "$(jq -rn '[inputs] | any(.event == "listed" and .test == "TestRandom" and
		(.why | startswith("not repeatable")))' "$work/out")" = true
fi
expect "the others are set aside: $aside" test "$aside" = "$others"
expect "and counted" test "$(events summary '.[0].set_aside')" = "$(jq length <<<"$others")"
expect "with the reason" test "$(jq -rn '[inputs] | map(select(.event == "set aside").why) | unique | tostring' "$work/out")" = \
	'["its verdict differs under one and the same schedule: something outside decides"]'

why='its verdict differs under one and the same schedule'
goknot status ../campaign
expect_out " set aside: TestPid example\.org/uneven \($why\)"
[[ $others != *Random* ]] || expect_out " set aside: TestRandom example\.org/uneven \($why\)"
goknot status -json ../campaign
expect "status tells which" test "$(events target 'map(select(.set_aside).test) | sort | tostring')" = "$aside"
expect "and why" test "$(events target 'map(select(.set_aside).why_aside) | unique | tostring')" = "[\"$why\"]"
goknot list ../campaign
expect_out "set aside: example\.org/uneven TestPidStuck \($why\)"
goknot list -json ../campaign
expect "list tells, too" test "$(jq -rn '[inputs] | map(select(.event == "set aside").test) | sort | tostring' "$work/out")" = "$aside"

done_testing
