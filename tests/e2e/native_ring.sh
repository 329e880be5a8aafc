#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The event ring under real parallelism: every operation with a hook is written down exactly once, what does
# not fit is counted, and the order of a lock's events is the order of its effects.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module "$work/m" example.org/ring
cat >"$work/m/ring_test.go" <<'TEXT'
package ring

import (
	"math/rand"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// many runs n goroutines of rounds operations each: one atomic, a lock and its unlock, a send and a receive.
func many(n, rounds int) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var count atomic.Int64
	ch := make(chan int, n)
	sum := 0
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			for j := 0; j < rounds; j++ {
				count.Add(1)
				mu.Lock()
				sum++
				if j%4 == 0 {
					runtime.Gosched() // others come and find it taken
				}
				mu.Unlock()
				ch <- j
				<-ch
			}
			wg.Done()
		}()
	}
	wg.Wait()
	return sum
}

// TestSome takes 1 + 16 + 16*(5*100 + 1) + 1 steps.
func TestSome(t *testing.T) {
	if many(16, 100) != 1600 {
		t.Fatal("lost an update")
	}
}

// TestTooMuch takes 16*5*20000 = 1,600,000 and some more, which is more than the ring holds.
func TestTooMuch(t *testing.T) { many(16, 20000) }

// TestLate leaves goroutines blocked when the ring has long been full and nobody names operations any more.
func TestLate(t *testing.T) {
	many(16, 20000)
	never, gate := make(chan int), make(chan int)
	go func() { <-gate; <-never }()
	go func() { <-gate; never <- 1; never <- 2 }()
	gate <- 1
	gate <- 1
}

// TestBatons has a baton go round among eight goroutines, each of which has a lock of its own, and another one where channels
// have room.
func TestBatons(t *testing.T) {
	var wg sync.WaitGroup
	for room := 0; room < 2; room++ {
		chs, mus := make([]chan int, 8), make([]sync.Mutex, 8)
		for i := range chs {
			chs[i] = make(chan int, room*4)
		}
		for i := range chs {
			wg.Add(1)
			go func() {
				for r := 0; r < 200; r++ {
					<-chs[i]
					if room == 0 {
						mus[i].Lock() // without room
					} else {
						mus[i].Lock() // with room
					}
					mus[i].Unlock()
					if i < 7 || r < 199 {
						chs[(i+1)%8] <- r
					}
				}
				wg.Done()
			}()
		}
		go func() { chs[0] <- 0 }()
	}
	wg.Wait()
	if rand.Intn(4) == 0 {
		t.Fatal("by chance")
	}
}

// TestHandovers has pairs of goroutines that begin at the same time: the first of each locks before it sends or closes, the
// second behind its receive.
func TestHandovers(t *testing.T) {
	for i := 0; i < 15000; i++ {
		var wg sync.WaitGroup
		var a, b sync.Mutex
		ch, never := make(chan int, i%2), make(chan int)
		wg.Add(2)
		go func() {
			a.Lock() // before
			a.Unlock()
			switch i / 2 % 3 {
			case 0:
				ch <- i
			case 1:
				close(ch)
			case 2:
				select {
				case ch <- i:
				case <-never:
				}
			}
			wg.Done()
		}()
		go func() {
			if i/6%2 == 0 {
				<-ch
			} else {
				select {
				case <-ch:
				case <-never:
				}
			}
			b.Lock() // behind
			b.Unlock()
			wg.Done()
		}()
		wg.Wait()
	}
	if rand.Intn(4) == 0 {
		t.Fatal("by chance")
	}
}

func TestSometimesFails(t *testing.T) {
	many(8, 20)
	if rand.Intn(4) == 0 {
		t.Fatal("by chance")
	}
}
TEXT

goknot fuzz -C "$work/m" -o "$work/c" -sched native -json -quiet -run '^TestSome$' -fuzztime 200x
expect_rc 0 "many goroutines"
expect "every operation once: $(events summary '.[0]')" test "$(events summary '.[0] | .runs >= 200 and .events_lost == 0 and
	.steps == .runs * (1 + 16 + 16 * (5 * 100 + 1) + 1)')" = true

goknot fuzz -C "$work/m" -o "$work/c" -sched native -json -quiet -run '^TestTooMuch$' -fuzztime 3x -parallel 1
expect_rc 0 "a full ring"
expect "what is lost is counted: $(events summary '.[0]')" test "$(events summary '.[0] | .events_lost > 0 and
	.steps > 900000 * .runs and .steps + .events_lost >= 1600034 * .runs')" = true

goknot fuzz -C "$work/m" -o "$work/c" -sched native -policy none -json -quiet -run '^TestTooMuch$' -fuzztime 3x -parallel 1
expect_rc 0 "a full ring, without chains"
expect "what is not named is counted: $(events summary '.[0]')" test "$(events summary '.[0] | .steps > 900000 * .runs and
	.steps + .events_lost >= 1600034 * .runs and .steps + .events_lost < 1.1 * 1600034 * .runs')" = true

late=$(grep -n 'never <- 2' "$work/m/ring_test.go" | cut -d: -f1)
goknot fuzz -C "$work/m" -o "$work/c" -sched native -policy none -json -quiet -first -run '^TestLate$' -fuzztime 20x -parallel 1
expect "who is left behind a full ring has a place: $(cat out)" \
	test "$(events finding '.[0].title')$(events listed '.[0].title')" = "leak: send ring_test.go:${late}null" -o \
	"$(events finding '.[0].title')$(events listed '.[0].title')" = "nullleak: send ring_test.go:$late"

goknot fuzz -C "$work/m" -o "$work/c" -sched native -json -quiet -first -run '^TestSometimesFails$' -fuzztime 60s
expect_rc 1 "a test that fails by chance"
crash=$(events finding '.[0].crash_file')
expect "random numbers are real ones" test "$(events finding '.[0] | .verdict == "fail" and .reproduced < .tries')" = true
goknot replay -C "$work/m" -o "$work/c" -quiet -trace "$work/trace" "$crash"
# Whoever locks comes before whoever unlocks, all the way.
locks_in_order() {
	grep -oE 'G[0-9]+ .* (lock|unlock) ring_test.go' "$1" >"$work/locks" || true
	awk '
		{ g = $1; op = $(NF - 1) }
		op == "lock" && holder && !bad { bad = "locked by " g " while " holder " has it" }
		op == "unlock" && holder != g && !bad { bad = "unlocked by " g " while " holder " has it" }
		{ holder = op == "lock" ? g : "" }
		END { print bad ? bad : NR }' "$work/locks"
}
expect "locks in the order of their effects: $(locks_in_order "$work/trace")" test "$(locks_in_order "$work/trace")" = 320

# The goroutines lock in turn, each its own lock: nothing but the channels says so.
goknot fuzz -C "$work/m" -o "$work/c" -sched native -feedback ring -json -quiet -first -run '^TestBatons$' -fuzztime 60s
expect_rc 1 "batons"
crash=$(events finding '.[0].crash_file')
for try in 1 2 3 4 5; do
	goknot replay -C "$work/m" -o "$work/c" -quiet -trace "$work/trace" "$crash"
	for room in without with; do
		line=$(grep -n "// $room room" "$work/m/ring_test.go" | cut -d: -f1)
		grep -oE "G[0-9]+ .* lock ring_test.go:$line\b" "$work/trace" >"$work/locks" || true
		awk 'NR <= 8 { turn[NR % 8] = $1 } $1 != turn[NR % 8] && !bad { bad = $1 " out of its turn, lock " NR }
			END { print bad ? bad : NR }' "$work/locks" >"$work/order"
		expect "in the order in which the baton went, $room room, try $try: $(cat "$work/order")" test "$(cat "$work/order")" = 1600
	done
done

# Who sends and who receives come to the channel at the same moment. Goroutines of a pair have the same number behind their names.
goknot fuzz -C "$work/m" -o "$work/c" -sched native -feedback ring -json -quiet -first -run '^TestHandovers$' -fuzztime 60s
expect_rc 1 "handovers"
crash=$(events finding '.[0].crash_file')
place_of() { grep -n "// $1\$" "$work/m/ring_test.go" | cut -d: -f1; }
for try in 1 2 3 4 5; do
	goknot replay -C "$work/m" -o "$work/c" -quiet -trace "$work/trace" "$crash"
	order=$(awk -v before="ring_test.go:$(place_of before)" -v behind="ring_test.go:$(place_of behind)" '
		$4 == "lock" { split($3, name, "#") }
		$4 == "lock" && $5 == before { seen[name[2]] = 1 }
		$4 == "lock" && $5 == behind { pairs++; early += !(name[2] in seen) }
		END { print pairs + 0, early + 0 }' "$work/trace")
	expect "what is done behind a receive comes behind what was done before the send, try $try: $order" test "$order" = "15000 0"
done
done_testing
