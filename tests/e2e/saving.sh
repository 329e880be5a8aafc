#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a SIGKILL takes is a second of work, also while a candidate is verified: its replays hang until their time-out,
# and the store goes on being written.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module hangs example.org/hangs
cat >hangs/hangs_test.go <<'GO'
package hangs

import "testing"

func TestHangs(t *testing.T) {
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 {
		for i := 0; ; i++ {
		}
	}
}
GO

"$GOKNOT" fuzz -C hangs -o campaign -json -seed 1 -parallel 1 -timeout 4s -first >out 2>err </dev/null &
pid=$!
on_exit+=("kill $pid 2>/dev/null")
last="goknot fuzz"
elapsed_ms() { "$GOKNOT" status -json campaign 2>/dev/null | jq 'select(.event == "status").elapsed_ns / 1e6 | floor'; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
first='' worst=0 samples=0 running=''
while kill -0 "$pid" 2>/dev/null; do
	# As soon as there is anything to see, the campaign is seen to run.
	[ -n "$running" ] || running=$("$GOKNOT" status -json campaign 2>/dev/null | jq 'select(.event == "status").running' || true)
	now=$(now_ms)
	elapsed=$(elapsed_ms || true)
	if [ "${elapsed:-0}" -gt 0 ]; then
		# The first look may have come just before a save: then later ones are older by less.
		[ -n "$first" ] || first=$((now - elapsed))
		age=$((now - elapsed - first))
		worst=$((age > worst ? age : worst))
		samples=$((samples + 1))
	fi
	sleep 0.02
done
wait "$pid" || rc=$?
expect_rc 1 "a test that hangs on some schedules"
expect "the verification took no time: $(cat out)" test "$(events summary '.[0].elapsed_ns > 8e9')" = true
expect "status says at first that it does not run" test "$running" = true
expect "only $samples looks" test "$samples" -ge 20
# A loaded machine is slow; two replays hang for five seconds each.
expect "what the store knows was $worst ms old" test "$worst" -le 2500
done_testing
