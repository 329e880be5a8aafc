#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The rules of docs/rules.md that no other test is about: clocks, randomness, processors, and the constructs of the
# runtime that a controlled run has to carry. Every run is replayed and has to be the same.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module rules example.org/rules
cat >rules/r_test.go <<'GO'
package rules

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// Sockets, contexts and time.Now tell one time.
func TestClocks(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	start := time.Now()
	ln.(*net.TCPListener).SetDeadline(start.Add(time.Hour))
	if _, err := ln.Accept(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	if d := time.Since(start); d < time.Hour || d > time.Hour+time.Second {
		t.Error("the socket's hour took", d)
	}
	start = time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	<-ctx.Done()
	if d := time.Since(start); d < time.Hour || d > time.Hour+time.Second {
		t.Error("the context's hour took", d)
	}
}

// A file just written is not from the future.
func TestWallClock(t *testing.T) {
	file := t.TempDir() + "/x"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := st.ModTime().Sub(time.Now()); d > time.Minute || d < -time.Minute {
		t.Error("clock and file are apart by", d)
	}
}

// A listener that merely waits does not hold up the clock.
func TestListenerAndClock(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go ln.Accept()
	for range 1000 {
		time.Sleep(time.Second)
	}
	ln.Close()
}

// Who has waited in vain for long waits again when somebody connects: traffic of the program's own misses no deadline.
func TestLateDial(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 1)
			c.Read(b)
			c.Write(b)
			c.Close()
		}
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for range 20 {
		for range 100 {
			<-tick.C
		}
		c, err := net.DialTimeout("tcp", ln.Addr().String(), time.Second)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(time.Second))
		if _, err := c.Write(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
}

// A channel of a timer that nobody blocks on is in no heap.
func TestPolledTimer(t *testing.T) {
	for c := time.After(time.Second); ; {
		select {
		case <-c:
			return
		default:
		}
	}
}

func ask(mu *sync.Mutex, n int) {
	for range n {
		mu.Lock()
		mu.Unlock()
	}
}

// How often it asks is a matter of map order, of select and of random numbers.
func TestRandom(t *testing.T) {
	var mu sync.Mutex
	m := map[int]bool{}
	for i := range 50 {
		m[i] = true
	}
	for k := range m {
		ask(&mu, k)
		break
	}
	ask(&mu, rand.IntN(50))
	a, b := make(chan int, 1), make(chan int, 1)
	a <- 1
	b <- 20
	select {
	case n := <-a:
		ask(&mu, n)
	case n := <-b:
		ask(&mu, n)
	}
}

func TestProcessors(t *testing.T) {
	if n, cpus := runtime.GOMAXPROCS(0), runtime.NumCPU(); n != cpus {
		t.Errorf("GOMAXPROCS %d of %d", n, cpus)
	}
	was := runtime.GOMAXPROCS(7)
	if n := runtime.GOMAXPROCS(was); n != 7 {
		t.Error("7 became", n)
	}
}

func TestConstructs(t *testing.T) {
	runtime.LockOSThread()
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	for want := range 3 {
		if got, ok := next(); got != want || !ok {
			t.Error(got, ok)
		}
	}
	stop()
	runtime.UnlockOSThread()
	done := make(chan bool)
	runtime.SetFinalizer(&struct{ s [64]byte }{}, func(*struct{ s [64]byte }) { close(done) })
	for range 3 {
		runtime.GC()
	}
	<-done
}
GO
goknot fuzz -C rules -o campaign -json -quiet -seed 1 -parallel 1 -policy random -mutate=false -audit 1 -fresh 1 -fuzztime 160x
expect_rc 0 "rules"
for t in Clocks WallClock ListenerAndClock PolledTimer Random Processors Constructs; do
	expect "$t: $(grep "\"Test$t\"" out | head -2)" test "$(events audit "map(select(.test == \"Test$t\")) |
		length >= 1 and all(.[]; .end == \"ok\" and .same_hash)")" = true
done
# A deadline may be fired by choice; then the test fails, and is excused.
late=$(events audit 'map(select(.test == "TestLateDial"))')
expect "LateDial: $late" test "$(jq 'all(.[]; .same_hash) and (map(select(.early_ns < 5e8)) | length >= 1 and all(.[]; .end == "ok"))' <<<"$late")" = true
expect "a thousand seconds took long" test "$(events audit '[.[] | select(.test == "TestListenerAndClock") | .wall_ns] | min < 2e9')" = true
expect "random numbers never differ" test "$(events audit '[.[] | select(.test == "TestRandom") | .steps] | unique | length > 3')" = true
done_testing
