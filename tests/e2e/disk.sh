#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The bound of the campaign directory (-disk): told before, kept while tests fill their TMPDIR, and where it cannot be
# kept the campaign ends with one sentence, nothing lost, and goes on when there is room again.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module litter example.org/litter
cat >litter/litter_test.go <<'GO'
package litter

import (
	"os"
	"testing"
)

func TestLitter(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
	<-c
	f, err := os.CreateTemp("", "litter")
	if err != nil {
		t.Fatal(err)
	}
	f.Write(make([]byte, 16<<10))
	f.Close()
}
GO
fuzz() { # flags...
	goknot fuzz -C litter -o campaign -parallel 1 -seed 1 "$@"
}
taken_mb() { du -sm campaign 2>/dev/null | cut -f 1; }
runs() { "$GOKNOT" status -json campaign | jq 'select(.event == "status").runs'; }

# What a process leaves in TMPDIR is gone before the next one: three to five files, not hundreds.
"$GOKNOT" fuzz -C litter -o campaign -parallel 1 -seed 1 -fresh 1 -json -quiet -fuzztime 300x >out 2>err </dev/null &
pid=$!
most=0
while kill -0 $pid 2>/dev/null; do
	now=$(find campaign/work/0/tmp -type f 2>/dev/null | wc -l || true)
	most=$((now > most ? now : most))
	sleep 0.02
done
rc=0
wait $pid || rc=$?
last="goknot fuzz -fresh 1"
expect_rc 0 "a test that leaves files behind"
expect "as many as $most files lay in TMPDIR" test "$most" -le 8

# One process that fills it: the bound holds but for what is written until goknot has seen it.
builds=$(du -sm campaign/build | cut -f 1)
limit=$((builds + 70))
fuzz -json -quiet -fresh 1000000 -disk 64m -fuzztime 100x
expect_refusal 2 'goknot fuzz: -disk allows 64 MB, but the builds take [0-9.]+ MB and the campaign wants 64 MB beside them'
before=$(runs)
"$GOKNOT" fuzz -C litter -o campaign -parallel 1 -seed 1 -fresh 1000000 -disk ${limit}m -fuzztime 20s >out 2>err </dev/null &
pid=$!
most=0
shown=''
while kill -0 $pid 2>/dev/null; do
	now=$(taken_mb || true)
	most=$((${now:-0} > most ? now : most))
	[ -n "$shown" ] || shown=$("$GOKNOT" status campaign 2>/dev/null | grep -E '^ disk  ' || true)
	sleep 0.2
done
rc=0
wait $pid || rc=$?
last="goknot fuzz -disk ${limit}m"
expect_rc 0 "a test that fills the disk"
expect "the bound was not told: $(head -5 out)" grep -Eq "^fuzz: disk: at most $limit MB \(-disk\), [0-9.]+ MB of it for builds; .* are free" out
expect "the bound was never reached: $most MB of $limit MB" grep -Eq \
	"the campaign directory took [0-9.]+ MB of the disk, and -disk allows $limit MB: what tests wrote was removed" out
expect "that is told once" test "$(grep -c 'what tests wrote was removed' out)" -eq 1
expect "status does not say what is taken: $shown" test -n "$shown"
expect "$(taken_mb) MB are left behind, $builds MB of them builds" test "$(taken_mb)" -le $((builds + 10))
expect "$(runs) runs after $before" test "$(runs)" -gt "$before"
# It looks when half of the room is gone, and again. Without a bound it would be several GB, with a look every two seconds 800 MB.
expect "at most $most MB were taken, $limit MB allowed" test "$most" -le $((limit * 3))

# What goknot may not remove.
before=$(runs)
fallocate -l 200m campaign/crashes.tar 2>/dev/null || head -c 200m /dev/zero >campaign/crashes.tar
fuzz -quiet -disk ${limit}m -fuzztime 60s
expect_rc 3 "more than allowed"
expect_err "goknot fuzz: $work/campaign takes [0-9.]+ MB of the disk, and -disk allows $limit MB: make room there, or allow more"
expect "not one sentence: $(cat err)" test "$(wc -l <err)" -eq 1
expect "$(runs) runs after $before: what was done until then is lost" test "$(runs)" -gt "$before"
expect "processes are left" test -z "$(processes_below "$work/campaign")"
rm campaign/crashes.tar
fuzz -quiet -disk ${limit}m -fuzztime 100x
expect_rc 0 "room again"
done_testing
