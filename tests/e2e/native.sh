#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Native mode, on the stock scheduler: bugs are found, saved with a chain that brings them back, and replayed
# as a share; where the same end was reached under the controlled scheduler that file replays exactly. The
# fixed twins stay clean.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# Real time decides when a bug shows, so there is plenty of it. An end that does not come again natively, which a busy
# machine can bring about, is a finding of the controlled scheduler: exact, but not what is asked for here.
found() { # name
	local name=$1 want=$root/seeds/$1/expect.json crash controlled try
	for try in 1 2 3 4 5; do
		rm -rf "${work:?}/$name"
		goknot fuzz -C "$root/seeds" -o "$work/$name" -sched native -json -quiet -first -seed "$try" -fuzztime 60s "./$name/buggy"
		expect_rc 1 "fuzzing $name natively"
		[ "$rc" -eq 1 ] || return 0
		[ "$(events finding '.[0].sched')" = controlled ] || break
		goknot replay -C "$root/seeds" -o "$work/$name" -json -n 5 "$(events finding '.[0].crash_file')"
		expect "$name: the schedule in place of the native chain" test "$(events replay '.[0].same_hash')" = 5
	done
	expect "$name: $(events finding '.[0] | "\(.verdict) \(.sched) \(.reproduced) of \(.tries)"')" \
		test "$(events finding '.[0] | .sched == "native" and .reproduced >= 1 and .reproduced <= .tries')" = true
	expect "$name: the verdict" test "$(events finding '.[0].verdict')" = "$(jq -r .verdict "$want")"
	expect "$name: fidelity is in the sum" test "$(events summary '.[0] | .replays >= .replays_same and .replays_same >= 1')" = true
	crash=$(events finding '.[0].crash_file')
	controlled=$(events finding '.[0].controlled_file')
	expect "$name: the file says sched native" grep -qx 'sched: native' "$crash"
	expect "$name: a native run has no decisions" grep -qx 'decisions: 0' "$crash"
	expect "$name: the chain that brings it back" grep -Eqx 'chain: [1-9][0-9]*' "$crash"

	# A native finding has a chain and nothing else; how sure the shorter one is comes with it.
	goknot minimize -C "$root/seeds" -campaign "$work/$name" -json -o "$work/min.crash" "$crash"
	if [ "$(events minimized '.[0].smaller')" = true ]; then
		expect_rc 0 "$name: minimising a native finding: $(cat out)"
		expect "$name: its chain: $(cat out)" test "$(events minimized ".[0] | .sched == \"native\" and
			(.chain | length) <= .chain_before and .chain_before == $(sed -n 's/^chain: //p' "$crash") and .replays >= 4 and
			.confidence_low <= .replays_same / .replays and .confidence_high >= .replays_same / .replays")" = true
		expect "$name: the file has the shorter chain" grep -qx "chain: $(events minimized '.[0].chain | length')" "$work/min.crash"
		expect "$name: and how often it came" grep -qx "reproduced: $(events minimized '.[0].replays_same')" "$work/min.crash"
	else
		# A busy machine may take too long between two operations for it to come again in 24 runs.
		expect_rc 4 "$name: minimising a native finding: $(cat out)"
	fi
	goknot replay -C "$root/seeds" -o "$work/$name" -json -n 48 "$crash"
	expect_rc 1 "$name: 48 native runs"
	expect "$name: replay counts runs: $(cat "$work/out")" \
		test "$(events replay '.[0] | .sched == "native" and .times == 48 and .reproduced >= 1 and .saved_tries >= 1')" = true
	goknot replay -C "$root/seeds" -o "$work/$name" "$crash"
	expect "$name: what became of the chain" grep -Eq '^chain: .* of T.*: (executed in order|waited in vain|reached, not executed)' "$work/out"
	expect "$name: ten runs where -n does not say" \
		grep -Eq '^replay: [0-9]+ of 10 native runs reproduced' "$work/out"

	expect "$name: a schedule with the same end" test -f "$controlled"
	goknot replay -C "$root/seeds" -o "$work/$name" -json -n 5 "$controlled"
	expect_rc 1 "$name: the controlled replay"
	expect "$name: exactly: $(cat "$work/out")" test "$(events replay '.[0] | .sched == "controlled" and .same_hash == 5
		and .reproduced == 5')" = true
	expect "$name: status names the file" grep -q -- "-native.crash" <("$GOKNOT" status "$work/$name")
}

for name in abba lostsignal missingunlock closerace; do
	found "$name"
done

# A chain that asks for the bug does not harm its fixed twin: nothing reproduces, which proves nothing.
crash=$(find "$work/abba/crashes" -name '*-native.crash' | head -1)
mkdir -p "$work/mended"
cp -r "$root/seeds/go.mod" "$root/seeds/abba" "$work/mended/"
cp "$root/seeds/abba/fixed/fixed.go" "$work/mended/abba/buggy/buggy.go"
goknot replay -C "$work/mended" -o "$work/mended-campaign" -json "$crash"
expect_rc 4 "a replay on mended code"
expect "no run of mended code reproduces" test "$(events replay '.[0].reproduced')" = 0

for twin in abba lostsignal missingunlock closerace statusmanager pipeline; do
	goknot fuzz -C "$root/seeds" -o "$work/twins" -sched native -json -quiet -fuzztime 2000x "./$twin/fixed"
	expect_rc 0 "fuzzing the fixed $twin natively"
	expect "$twin: $(events summary '.[0]')" test "$(events summary '.[0] | .findings == 0 and .rejected == 0 and
		.listed == 0 and .set_aside == 0 and .runs >= 2000 and .events_lost == 0')" = true
done

# Without any policy nothing is held back: there are runs and pairs, and no chains.
goknot fuzz -C "$root/seeds" -o "$work/none" -sched native -policy none -json -quiet -fuzztime 20000x ./closerace/fixed
expect_rc 0 "native, -policy none"
expect "no chains: $(events summary '.[0]')" test "$(events summary '.[0] | .runs >= 20000 and .pairs > 0 and
	.events_lost == 0 and .chain_runs == 0 and .corpus == 0')" = true

# Who waits for a ticker goes on, whichever of several processors has the ticker; here the channel does not know its timer.
module ticks example.org/ticks
sed -i 's/^go 1.*/go 1.22/' ticks/go.mod
cat >ticks/t_test.go <<'GO'
package ticks

import (
	"testing"
	"time"
)

func TestTicks(t *testing.T) {
	for i := 0; i < 4; i++ {
		stop := make(chan bool)
		go func() {
			ticker := time.NewTicker(time.Millisecond)
			for {
				select {
				case <-ticker.C:
				case <-stop:
					return
				}
			}
		}()
	}
	time.Sleep(2 * time.Millisecond)
}
GO
goknot fuzz -C ticks -o "$work/ticks-campaign" -sched native -json -quiet -fuzztime 4x -parallel 1
expect_rc 0 "goroutines that tick"
expect "goroutines that tick: $(cat out)" test "$(events summary '.[0] | .findings == 0 and .listed == 0 and .runs >= 4')" = true

# Who waits for the world to stop, which the look at a run does itself, is not blocked.
module world example.org/world
cat >world/a_test.go <<'GO'
package world

import (
	"runtime"
	"sync"
	"testing"
)

func TestWorld(t *testing.T) {
	var wg sync.WaitGroup
	for range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 200 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
			}
		}()
	}
	wg.Wait()
}
GO
goknot fuzz -C world -o "$work/world-campaign" -sched native -policy none -json -quiet -seed 1 -parallel 1 -fuzztime 100x
expect_rc 0 "what stops the world: $(cat out err)"
expect "nothing looked like a deadlock: $(cat out)" test "$(events summary '.[0].rejected')" = 0
done_testing
