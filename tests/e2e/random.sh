#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Random numbers of the program under test: anew at each draw, also where nothing but sleep lies between two, and the same in
# a fresh process for a goroutine that was there before the run.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/random
cat >m/a_test.go <<'GO'
package random

import (
	crand "crypto/rand"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// A jittered wait: the number changes although the goroutine executes no operation.
func TestSleep(t *testing.T) {
	for n := 0; rand.IntN(10) != 0; n++ {
		if n == 1000 {
			t.Fatal("the same number for ever")
		}
		time.Sleep(time.Millisecond)
	}
}

// Two draws, and the order of the cases of a select in between.
func TestSelect(t *testing.T) {
	a, b := make(chan int, 1), make(chan int, 1)
	seen := map[uint64]bool{}
	for range 100 {
		seen[rand.Uint64()] = true
		a <- 1
		b <- 1
		select {
		case <-a:
			<-b
		case <-b:
			<-a
		}
		seen[rand.Uint64()] = true
	}
	if len(seen) != 200 {
		t.Fatal("a number came twice")
	}
}

var asked = make(chan chan int)

func init() {
	go func() {
		for c := range asked {
			c <- rand.IntN(1000)
		}
	}()
}

// The numbers come from a goroutine that outlives the runs of a process.
func TestFromBefore(t *testing.T) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	sum := 0
	for i := range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c := make(chan int, 1)
			asked <- c
			n := <-c
			mu.Lock()
			sum = 3*sum + (i+1)*n
			mu.Unlock()
		}()
	}
	wg.Wait()
	if sum%5 == 3 {
		t.Error("drawn")
	}
}

// What the kernel would give, before the run and in it: how many operations there are hangs on it.
var secret [8]byte

func init() { crand.Read(secret[:]) }

func TestSecrets(t *testing.T) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var sum [2]int
	for i := range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			b := secret
			for range 2 + secret[i]%4 {
				for b[0]%4 != 0 {
					crand.Read(b[:])
					mu.Lock()
					sum[i] += int(b[1])
					mu.Unlock()
				}
				crand.Read(b[:5])
			}
		}()
	}
	wg.Wait()
	if (sum[0]+sum[1])%31 == 5 {
		t.Error("drawn")
	}
}

func TestSecretsDiffer(t *testing.T) {
	a, b := make([]byte, 40), make([]byte, 40)
	seen := map[string]bool{}
	for range 50 {
		crand.Read(a)
		crand.Read(b)
		seen[string(a)], seen[string(b)], seen[string(a[32:])] = true, true, true
	}
	if len(seen) != 150 {
		t.Fatal("the same bytes twice")
	}
}
GO
goknot fuzz -C m -json -quiet -seed 1 -run 'TestSleep|TestSelect|TestSecretsDiffer' -fuzztime 2000x .
expect_rc 0 "numbers that change: $(cat out)"
goknot fuzz -C m -json -quiet -seed 1 -run TestFromBefore -fuzztime 4000x .
expect_rc 1 "numbers from before the run"
expect "verified in fresh processes: $(tail -1 out)" test "$(events summary '.[0] | .findings == 1 and .rejected == 0')" = true

goknot fuzz -C m -o secrets -json -quiet -seed 1 -audit 0.5 -run 'TestSecrets$' -fuzztime 2000x .
expect_rc 1 "bytes of crypto/rand"
expect "verified in fresh processes: $(tail -1 out)" test "$(events summary '.[0] | .findings == 1 and .rejected == 0')" = true
same() { # every audit, of a summary
	expect "each replay is the run again: $1: $(events summary '.[0] | [.audits, .audits_same]')" \
		test "$(events summary '.[0] | .audits > 10 and .audits == .audits_same')" = true
}
same "bytes of crypto/rand"

# Seeded by the clock before the first run, by a run, or as old modules are: each run draws from the beginning.
module seeded example.org/seeded
cat >seeded/s_test.go <<'GO'
package seeded

import (
	"math/rand"
	"sync"
	"testing"
	"time"
)

func init() { rand.Seed(time.Now().UnixNano()) }

func draw(seed int64) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	if seed != 0 {
		rand.Seed(seed)
	}
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 1 + rand.Intn(5) {
				mu.Lock()
				rand.Read(make([]byte, 3))
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
}

func TestByInit(t *testing.T) { draw(0) }

func TestByRun(t *testing.T) {
	draw(time.Now().UnixNano())
	if rand.Seed(7); rand.Int63() != rand.New(rand.NewSource(7)).Int63() {
		t.Fatal("not the number of that seed")
	}
}
GO
printf 'module example.org/seeded\n\ngo 1.23\n' >seeded/go.mod # later ones take no seed
mkdir aged
sed -e '/^func init/d' -e 's/draw(0)/draw(0); _ = time.Now/' -e 's/range 2 /i := 0; i < 2; i++ /' -e 's/range 1 + rand.Intn(5) /i := rand.Intn(5); i >= 0; i-- /' \
	seeded/s_test.go >aged/s_test.go
printf 'module example.org/aged\n\ngo 1.19\n' >aged/go.mod
for m in seeded aged; do
	goknot fuzz -C "$m" -o "$m-campaign" -json -quiet -seed 1 -audit 0.5 -fuzztime 2000x
	expect_rc 0 "$m: $(cat err)"
	expect "$m: nothing to tell: $(events listed .)" test "$(events summary '.[0].listed')" = 0
	same "$m"
done
done_testing
