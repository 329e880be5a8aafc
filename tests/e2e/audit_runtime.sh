#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# -audit compares the events of a run with what the Go runtime's own functions were entered for: sound programs show no
# difference, and a goknot of which a hook is missing, or stands behind its operation, is found out.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

goknot doctor
if ! grep -q '^ok *eBPF probe' out; then
	skip "the runtime's own functions" "$(grep 'eBPF probe' out | sed 's/^limited *eBPF probe *//')"
	done_testing
	exit
fi

# What is entered for which event, on objects and at places; natively the last receive of a range loop has none.
sound() { # what, program, flags...
	local what=$1 program=$2
	shift 2
	goknot fuzz -C "$root/seeds" -o "$work/$what" -json -quiet -parallel 1 -seed 7 -fuzzminimizetime 0s -audit 1 -fuzztime 40x "$@" "$program"
	expect "$what: no difference: $(cat out)" test "$(events summary '.[0] | .runtime_checks >= 40 and
		.runtime_checks_same == .runtime_checks and .runtime_checks_unknown == 0 and .runtime_lost == 0 and
		.runtime_pairs > 5 * .runtime_checks and .runtime_left.machinery > 0')" = true
}
sound controlled ./closerace/buggy -feedback ebpf
sound native ./sendclosed/buggy -sched native

module missing example.org/missing
cat >missing/m_test.go <<'GO'
package missing

import (
	"io"
	"sync"
	"testing"
)

func TestClose(t *testing.T) {
	c := make(chan int)
	go func() {
		defer close(c)
	}()
	_, _ = <-c
}

func TestReceive(t *testing.T) {
	c := make(chan int, 1)
	c <- 1
	<-c
}

// Whose locks nobody has put a hook before.
func TestLibrary(t *testing.T) {
	r, w := io.Pipe()
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			w.Write([]byte("x"))
		}()
	}
	io.ReadFull(r, make([]byte, 3))
	wg.Wait()
}
GO
audit() { # campaign, flags...
	local name=$1
	shift
	goknot fuzz -C missing -o "$work/$name" -quiet -parallel 1 -seed 1 -fuzzminimizetime 0s -audit 1 "$@"
}

# With -race nothing of package sync is inlined, and what calls the shim is another frame.
audit sound -fuzztime 45x -race
expect "with -race: $(cat out)" grep -q '^fuzz: audit: 45 of 45 runs, of .* operations, the same by the events and by the Go' out

# A goknot that has no hook in closechan, and that of chanrecv1 behind the operation.
mkdir -p data/instrument
cp -R "$root/runtime-shim" data/
cp -R "$root/instrument/helper" data/instrument/
edits=data/instrument/helper/internal/runtimeedit/edits.go
sed -i -e '/"closechan", chanHead(/d' \
	-e '/"chanrecv1", chanHead(/s/chanHead(.*)}/tail("if knot.on { knotChanOp(knotOpRecv, c) } else if knotNat.rec { knotNatChanOp(knotOpRecv, c) }")}/' "$edits"
expect "the copy differs in two places" test "$(diff "$root/instrument/helper/internal/runtimeedit/edits.go" "$edits" | grep -c '^<')" = 2
export GOKNOT_DATA=$work/data
for sched in controlled native; do
	audit "broken-$sched" -sched "$sched" -fuzztime 12x -run 'Close|Receive'
	differ='the Go runtime.s own functions and the events differ (goknot is wrong): an operation without an event, '
	expect "$sched: a hook that is missing: $(cat out)" grep -q \
		"^fuzz: audit: example.org/missing TestClose: $differ.*; the runtime has closechan by goroutine [0-9]*, object .*; the events have nothing" out
	expect "$sched: a hook that is late" grep -q \
		"^fuzz: audit: example.org/missing TestReceive: $differ.*behind 1 that .*; the runtime has chanrecv by goroutine [0-9]* at m_test.go:20, " out
	expect "$sched: no run of either is the same" grep -q '^fuzz: audit: 0 of 12 runs, of .* the same by the events and by the Go' out
	expect "$sched: ring and hook agree in what is wrong" grep -q '^fuzz: audit: 12 of 12 runs, of .* the same in the ring' out
done
done_testing
