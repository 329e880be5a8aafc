#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a test writes to standard output and error goes nowhere, but not to a device: a campaign and a replay look the
# same to a program that asks whether it has a terminal. Much output takes no memory and stops nothing.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module output example.org/output
cat >output/o_test.go <<'GO'
package output

import (
	"os"
	"strings"
	"testing"
)

func TestNoDevice(t *testing.T) {
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		info, err := f.Stat()
		if err != nil || info.Mode()&os.ModeDevice != 0 {
			t.Errorf("%v %v %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestLoud(t *testing.T) {
	line := strings.Repeat("x", 1<<20)
	for range 8 {
		if n, err := os.Stdout.WriteString(line); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
}
GO
for sched in controlled native; do
	goknot fuzz -C output -o "campaign-$sched" -json -quiet -sched "$sched" -fuzztime 100x
	expect_rc 0 "$sched: tests that look at their output"
	expect "$sched: nothing is found, listed or set aside: $(cat out)" \
		test "$(events summary '.[0] | .findings + .listed + .set_aside + .rejected')" = 0
done
done_testing
