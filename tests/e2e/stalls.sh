#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# One operation that is slow: whoever is about to do it stands still while timers fire, as no policy alone has it.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/beats
cat >m/beats_test.go <<'GO'
package beats

import (
	"testing"
	"time"
)

func TestBeats(t *testing.T) {
	beats := make(chan bool, 1)
	go func() { beats <- true }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for missed := 0; ; {
		select {
		case <-beats:
			return
		case <-tick.C:
			if missed++; missed == 12 {
				panic("it is taken for dead")
			}
		}
	}
}
GO
for seed in 1 2 3; do
	rm -rf campaign
	goknot fuzz -C m -o "$work/campaign" -json -quiet -parallel 1 -first -seed "$seed" -fuzztime 20000x .
	expect_rc 1 "a slow operation, seed $seed"
	expect "what is found: $(cat out)" test "$(events finding '.[0] | [.verdict, .message] | tostring')" = '["panic","it is taken for dead"]'
done
file=$(events finding '.[0].crash_file')
# Twelve timers are no twelve lines.
expect "the explanation: $(head -n 40 "$file")" grep -Eq 'T runs to select beats_test\.go:14( and|  *while) [0-9]+ timers fire' "$file"
goknot replay -C m -o "$work/campaign" -json -n 10 "$file"
expect_rc 1 "replay"
expect "it is not the same: $(cat out)" test "$(events replay '.[0] | .reproduced == 10 and .same_hash == 10')" = true
expect "status does not tell of stalls" bash -c "'$GOKNOT' status campaign | grep -q ' stall '"

# No policy alone stands still for so long.
for policy in random pct pos; do
	goknot fuzz -C m -o "$work/pinned" -json -quiet -parallel 1 -seed 1 -policy "$policy" -mutate=false -fuzztime 20000x .
	expect_rc 0 "$policy alone"
done
done_testing
