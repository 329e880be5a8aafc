#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The eBPF probe: what it records is what the ring of the target has, event for event; a campaign that learns from it
# does what one does that learns from the ring; and where it cannot be had that is said, with what grants it.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

goknot doctor
if ! grep -q '^ok *eBPF probe' out; then
	why=$(grep 'eBPF probe' out | sed 's/^limited *eBPF probe *//')
	goknot fuzz -C "$root/seeds" -o "$work/refused" -quiet -feedback ebpf -fuzztime 10x ./abba/fixed
	expect_rc 2 "no probe, no campaign"
	expect "what is missing and what grants it" grep -q -- '-feedback ebpf: .* -> ' err
	skip "the eBPF probe" "$why"
	done_testing
	exit
fi

campaign() { # name, flags...
	local name=$1
	shift
	goknot fuzz -C "$root/seeds" -o "$work/$name" -json -quiet -parallel 1 -seed 7 "$@"
}

learnt() { events summary '.[0] | "\(.runs) \(.steps) \(.pairs) \(.channel_states) \(.corpus) \(.chain_runs) \(.chain_any) \(.chain_all)"'; }

# A controlled campaign repeats run for run, whatever shows it what the runs did.
campaign ring -feedback ring -fuzztime 2000x ./statusmanager/fixed
expect_rc 0 "feedback from the ring"
ring=$(learnt)
campaign ebpf -feedback ebpf -fuzztime 2000x ./statusmanager/fixed
expect_rc 0 "feedback from the probe"
expect "both teach the same: $ring; $(learnt)" test "$ring" = "$(learnt)"
expect "all of it was recorded: $(cat out)" test "$(events summary '.[0] | .probe_records > .steps and .probe_lost == 0 and
	.probe_incomplete == 0 and .chain_all > 0')" = true

# A native one learns from the probe unasked.
goknot fuzz -C "$root/seeds" -o "$work/said" -quiet -seed 7 -sched native -fuzztime 500x ./statusmanager/fixed
expect_rc 0 "natively"
expect "that is said: $(cat out)" grep -q '^fuzz: feedback: the eBPF probe (' out
campaign native -sched native -fuzztime 2000x ./statusmanager/fixed
expect "pairs and chains are the probe's: $(cat out)" test "$(events summary '.[0] | .pairs > 10 and .chain_any > 0 and
	.probe_records > .steps and .probe_incomplete == 0')" = true
campaign unasked -sched native -feedback ring -fuzztime 100x ./statusmanager/fixed
expect "unless the ring is asked for" test "$(events summary '.[0].probe_records')" = 0

# Ring against probe, also where the process dies in the run.
checked() { # what, program, flags...
	local what=$1 program=$2
	shift 2
	campaign "checked-$what" -fuzzminimizetime 0s -audit 1 "$@" "$program"
	expect "$what: no difference: $(cat out)" test "$(events summary '.[0] | .checks >= 40 and .checks_same == .checks and
		.checked_events > 10 * .checks')" = true
}
checked native-locks ./abba/buggy -sched native -fuzztime 200x
checked native-panics ./closerace/buggy -sched native -fuzztime 100x
checked controlled ./statusmanager/buggy -feedback ebpf -fuzztime 40x
checked panics ./closerace/buggy -fuzztime 40x
# No symbols are needed.
GOFLAGS='-ldflags=-s' checked stripped ./statusmanager/fixed -sched native -fuzztime 40x

# A check that could not fail would be none: this test writes over its ring.
module forger example.org/forger
cat >forger/f_test.go <<'GO'
package forger

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"unsafe"
)

func TestForger(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	maps, _ := os.ReadFile("/proc/self/maps")
	for _, line := range strings.Split(string(maps), "\n") {
		var base uintptr
		if !strings.Contains(line, "memfd:goknot") {
			continue
		}
		fmt.Sscanf(line, "%x-", &base)
		at := *(*unsafe.Pointer)(unsafe.Pointer(&base))
		events := unsafe.Add(at, *(*uint64)(unsafe.Add(at, 40)))
		for i := range 4096 {
			if e := unsafe.Add(events, 32*i); *(*uint8)(unsafe.Add(e, 6)) == 1 && *(*uint8)(unsafe.Add(e, 7)) == 12 {
				*(*uint32)(unsafe.Add(e, 8)) ^= 1 // the site of a lock
			}
		}
	}
}
GO
goknot fuzz -C forger -o "$work/forged" -quiet -parallel 1 -seed 1 -audit 1 -fuzztime 5x
expect "a forged ring is seen, and both sides told: $(cat out)" grep -Eq \
	'audit: example.org/forger TestForger: ring and eBPF probe differ .*another event, .*the ring has step lock of G0 at site ([0-9a-f]{8}).*the probe has step lock of G0 at site' out

expect "a bug is found by it" bash -c "'$GOKNOT' fuzz -C '$root/seeds' -o '$work/found' -quiet -seed 3 -feedback ebpf -first -fuzztime 2000x ./abba/buggy >found.txt 2>&1; test \$? -eq 1"

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	without() { # flags...
		rc=0
		setpriv --bounding-set=-sys_admin,-bpf,-perfmon --inh-caps=-sys_admin,-bpf,-perfmon "$GOKNOT" fuzz \
			-C "$root/seeds" -o "$work/without" -quiet -parallel 1 -seed 7 "$@" ./statusmanager/fixed >out 2>err || rc=$?
		last="without capabilities: $*"
	}
	without -feedback ebpf -fuzztime 10x
	expect_rc 2 "asked for and not to be had"
	expect "one line names it" grep -q -- '-feedback ebpf: CAP_BPF and CAP_PERFMON are missing -> sudo setcap' err
	without -sched native -fuzztime 10x
	expect_rc 0 "the ring takes its place"
	expect "which is said" grep -q '^fuzz: feedback: the ring in the target; no eBPF probe, since CAP_BPF and CAP_PERFMON are missing -> sudo setcap' out
	without -audit 1 -fuzztime 10x
	expect_rc 0 "audited all the same"
	expect "what is not compared is said" grep -q '^fuzz: audit: the ring in the target is not compared with the eBPF probe: CAP_BPF' out
	expect "neither is the other half" test "$(grep -c '^fuzz: audit: the events are not compared with what the Go runtime.s own functions do: ' out)" = 1
	expect "nothing is claimed" bash -c '! grep -Eq "the same (in the ring|by the events)" out'
else
	skip "a user without capabilities" "not root, or no setpriv"
fi
done_testing
