#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The stacks of thousands of goroutines are in huge pages, where the kernel has them; those of a few are not.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if grep -qsE '\[(always|madvise)\]' /sys/kernel/mm/transparent_hugepage/enabled; then
	module pages example.org/pages
	cat >pages/pages_test.go <<'GO'
package pages

import (
	"bytes"
	"os"
	"sync"
	"testing"
)

// advised counts the mappings that the kernel was asked to make of huge pages, while n goroutines wait.
func advised(t *testing.T, n int) int {
	var wg sync.WaitGroup
	gate := make(chan bool)
	wg.Add(n)
	for range n {
		go func() {
			<-gate
			wg.Done()
		}()
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	close(gate)
	wg.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(maps, []byte(" hg "))
}

func TestFew(t *testing.T) {
	if n := advised(t, 100); n != 0 {
		t.Fatal("huge pages for a hundred goroutines: mappings", n)
	}
}

func TestMany(t *testing.T) {
	if advised(t, 4000) == 0 {
		t.Fatal("no huge pages for thousands of goroutines")
	}
}
GO
	for test in TestFew TestMany; do
		goknot fuzz -C pages -run "^$test\$" -fuzztime 3x -policy fifo -mutate=false .
		expect_rc 0 "$test"
		# What fails in every schedule is no finding, but listed.
		expect_out 'fuzz: 0 findings, .* 0 listed, .*'
	done
else
	skip 'huge pages' 'the kernel does not offer them on request'
fi
done_testing
