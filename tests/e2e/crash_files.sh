#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The committed crash files, written by earlier versions, replay with the verdict and the schedule hash they hold.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

for crash in "$root"/crashes/*.crash; do
	name=$(basename "$crash")
	value() { sed -n "s/^$1: //p" "$crash"; }
	goknot replay -C "$root/seeds" -o "$work/campaign" -json -n 3 "$crash"
	expect_rc 1 "replay of $name"
	expect "$name: $(cat out)" test "$(events replay ".[0] | .verdict == \"$(value verdict)\" and
		.schedule_hash == \"$(value schedule_hash)\" and .steps == $(value steps) and
		.reproduced == 3 and .same_hash == 3 and .diverged == 0")" = true
	goknot replay -C "$root/seeds" -o "$work/campaign" -trace "$work/trace" "$crash"
	expect_rc 1 "replay of $name"
	# What a person reads: every step of the schedule, the goroutines, and at the end who waits for whom.
	expect "$name: the interleaving has not as many steps as the schedule" \
		test "$(grep -Ec '^ *[0-9]+  G[0-9]+ ' trace)" = "$(value steps)"
	case $(value verdict) in leak | deadlock) expect_out '.*G[0-9]+ \(T.*\) blocked in .*' ;; esac
	expect_out "replay: 1 of 1 reproduced \($(value verdict)\), schedule hash $(value schedule_hash) as saved.*"
done
for version in 1 2; do
	expect "no crash file of version $version is committed" \
		grep -qx "goknot crash $version" "$root"/crashes/*.crash
done

# Version 3 numbers what is opened by the descriptor that the runtime gives it.
module again example.org/again
cat >again/a_test.go <<'GO'
package again

import (
	"os"
	"sync"
	"testing"
)

// What is opened when another is closed has its descriptor.
func TestAgain(t *testing.T) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	n := 0
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 2 {
				r, w, err := os.Pipe()
				if err != nil {
					t.Error(err)
					return
				}
				w.Write([]byte("x"))
				r.Read(make([]byte, 1))
				r.Close()
				w.Close()
			}
			mu.Lock()
			was := n
			mu.Unlock()
			mu.Lock()
			n = was + 1
			mu.Unlock()
		}()
	}
	wg.Wait()
	if n != 2 {
		t.Fatal("lost")
	}
}
GO
cat >again/old.crash <<'CRASH'
goknot crash 3
goknot: 0.1.0
target: example.org/again
dir: .
module: example.org/again
test: TestAgain
go: go1.26.8
tags:
race: no
short: no
args: 0
memory_limit: 4294967296
timeout_ns: 10000000000
policy: random
seed: 3789815349089370856
depth: 0
steps_hint: 0
step_limit: 50000
fair_after: 12500
salt: 6c67324a590e3c7c
start_ns: 1795320484587217081
request_flags: 00000004
config_flags: 00000000
verdict: fail
message: lost
bucket: a886a5da376324be
end: fail
run_flags: 00000000
steps: 36
virtual_ns: 4100
schedule_hash: 2fd1fed5bc9acdf3
signature: 1
  a_test.go:39
chain: 0
goroutines: 3
  0 0000000000000054 T
  1 42ae3bfa7df79813 T/a_test.go:16#0
  2 7cfb28d66a64b360 T/a_test.go:16#1
decisions: 36
  0*3 1*2 0 1 0*3 2 0 2*3 1*3 2*2 1 2*3 1 2*5 1*4 0 1
end 5809cd23f2dacaf1
CRASH
goknot replay -C again -json -n 3 again/old.crash
expect_rc 1 "replay of a file of version 3"
expect "version 3: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true

# Version 4 draws by the number of the step.
module draws example.org/draws
cat >draws/a_test.go <<'GO'
package draws

import (
	"sync"
	"testing"
)

// Which case of the select is taken is drawn.
func TestDraws(t *testing.T) {
	a, b := make(chan int, 8), make(chan int, 8)
	for range 8 {
		a <- 1
		b <- 2
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	sum := 0
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 4 {
				n := 0
				select {
				case n = <-a:
				case n = <-b:
				}
				mu.Lock()
				sum = sum*3 + n
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	if sum%7 == 3 {
		t.Fatal("drawn")
	}
}
GO
cat >draws/old.crash <<'CRASH'
goknot crash 4
goknot: 0.1.0
target: example.org/draws
dir: .
module: example.org/draws
test: TestDraws
go: go1.26.8
tags:
race: no
short: no
args: 0
memory_limit: 4294967296
timeout_ns: 10000000000
policy: random
seed: 2402743063192905023
depth: 0
steps_hint: 0
step_limit: 400000
fair_after: 100000
salt: 37dc902cc90432cd
start_ns: 1795333113666796084
request_flags: 00000080
config_flags: 00000000
verdict: fail
message: drawn
bucket: 5371cee117efd836
end: fail
run_flags: 00000000
steps: 80
virtual_ns: 8500
schedule_hash: 896bd40d681295ec
signature: 1
  a_test.go:36
chain: 0
goroutines: 3
  0 0000000000000054 T
  1 7af1f42e406e74ce T/a_test.go:20#0
  2 95faa36f7efbc8a8 T/a_test.go:20#1
decisions: 80
  0*40 1*2 2 1 2 1*2 2 1 2*8 1 2 1 2*2 1 2*4 1*2 2 1*8 0 1
end 499aece9b24602a6
CRASH
goknot replay -C draws -json -n 3 draws/old.crash
expect_rc 1 "replay of a file of version 4"
expect "version 4: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true

# Minimised it is a file of the newest version, since it has keys that its own had not, and means what it meant.
goknot minimize -C again -o again/new.crash again/old.crash
expect_rc 0 "minimising a file of version 3"
expect "the newest version: $(head -1 again/new.crash)" grep -qx 'goknot crash 7' again/new.crash
goknot replay -C again -json -n 3 again/new.crash
expect_rc 1 "replay of what was version 3"
expect "version 3 made new: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true
done_testing
