#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A test that fails and then never ends does not get to print why: the finding and its replay say it.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
cat >m/s_test.go <<'GO'
package m

import "testing"

func first() int {
	a := make(chan int, 2)
	go func() { a <- 1 }()
	go func() { a <- 2 }()
	return <-a
}

func TestFirst(t *testing.T) {
	v := first()
	if v == 2 {
		t.Log("not this line")
		t.Errorf("v is %d\nand \x1b[31m more", v)
		<-make(chan int)
	}
}

func TestLogs(t *testing.T) {
	t.Log("no failure")
	if first() == 2 {
		<-make(chan int)
	}
}
GO
goknot fuzz -C m -o campaign -fuzztime 200x -parallel 1 -seed 1 .
expect_rc 1 "both do not end"
expect_out '    the test had failed before, at s_test.go:16: v is 2'
expect "who has not failed is said to have: $(cat out)" test "$(grep -c 'had failed before' out)" = 1
goknot replay -C m -o campaign campaign/crashes/TestFirst-*.crash
expect_rc 1 "the replay"
expect "the replay does not say it: $(cat out)" grep -q 'the test had failed before, at s_test.go:16: v is 2' out
goknot replay -C m -o campaign campaign/crashes/TestLogs-*.crash
expect "the replay of who has not failed" test "$(grep -c 'had failed before' out || true)" = 0

# What it says is no part of what the finding is: with another text it is still the same one.
sed -i 's/v is %d/the value is %d/; s/^func TestFirst/\n&/' m/s_test.go
goknot fuzz -C m -o campaign -fuzztime 50x -parallel 1 -seed 2 .
expect_out 'fuzz: the code has changed; earlier findings: 2 as before .*'
expect "it is found again: $(cat out)" test "$(grep -c FOUND out || true)" = 0
done_testing
