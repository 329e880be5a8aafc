#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A native verification tries slow runs again and again; a campaign whose time is up does not wait for all of them.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module slow example.org/slow
cat >slow/s_test.go <<'GO'
package slow

import (
	"testing"
	"time"
)

var runs int

// Every other run of a process fails, whatever its order: both ends are seen at any pace, and the
// first run of a fresh process, with which a candidate is tried again, never fails.
func TestSlow(t *testing.T) {
	done := make(chan bool)
	go func() {
		time.Sleep(time.Second)
		close(done)
	}()
	<-done
	if runs++; runs%2 == 0 {
		t.Fatal("every other run")
	}
}
GO
# Without a bound the last candidate would be tried for another ten seconds and more.
goknot fuzz -C slow -o c -json -quiet -seed 1 -parallel 2 -sched native -fuzztime 5s
seconds=$(events summary '.[0].elapsed_ns / 1000000000 | floor')
expect "5 s took $seconds s: $(tail -n 1 out)" test "$seconds" -le 12
expect "there was no candidate: $(tail -n 1 out)" test "$(events summary '.[0] | .replays > 0 or .rejected > 0')" = true
done_testing
