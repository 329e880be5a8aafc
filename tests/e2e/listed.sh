#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What is listed is told with its cause, is no hit of anything known, and is listed no more once it is a finding.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
cat >m/m_test.go <<'GO'
package m

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPanic(t *testing.T) { panic("no \x1b[31mcolour\nmore") }

func TestFail(t *testing.T) {
	t.Log("before")
	t.Errorf("want %d", 2)
}

func TestLater(t *testing.T) {
	runs, _ := filepath.Glob("later.*")
	f, err := os.CreateTemp(".", "later.")
	if err != nil {
		t.Skip(err)
	}
	f.Close()
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 || len(runs) < 6 {
		t.Error("the second, or too early")
	}
}
GO
goknot fuzz -C m -fuzztime 60x -parallel 1 -seed 1 -run Panic .
expect_rc 0 "a test that always panics"
expect_out 'fuzz: listed: example.org/m TestPanic: panic: m_test.go:9: no \\x1b\[31mcolour \(every schedule so far ends so\)'
expect_out 'fuzz: 0 findings, 0 more hits of known ones, .*, 1 listed, .*'
goknot fuzz -C m -json -quiet -fuzztime 60x -parallel 1 -seed 1 -run Fail .
expect "the listed event: $(cat out)" \
	test "$(events listed '.[] | [.title, .message] | tostring')" = '["fail: m_test.go:13","want 2"]'
expect "the sum: $(events summary '.[0]')" test "$(events summary '.[0] | [.duplicates, .listed] | tostring')" = '[0,1]'

goknot fuzz -C m -o later -fuzztime 400x -parallel 1 -seed 1 -run Later .
expect_rc 1 "what fails always at first, and then by its schedule"
expect_out 'fuzz: listed: example.org/m TestLater: .* \(every schedule so far ends so\)'
expect_out 'fuzz: 1 finding, .*, 0 listed, .*'

# A program that gives up at once says why.
mkdir -p m/cmd/x
cat >m/cmd/x/main.go <<'GO'
package main

import "flag"

func main() {
	flag.Int("n", 1, "how many")
	flag.Parse()
}
GO
goknot fuzz -C m -o program -fuzztime 40x -parallel 1 -seed 1 ./cmd/x -- -bogus
expect_rc 0 "a program whose flags are wrong"
expect_out 'fuzz: listed: .*: flag provided but not defined: -bogus \(every schedule so far ends so\)'
done_testing
