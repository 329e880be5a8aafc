#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the runtime and the standard library offer beside goroutines, channels and locks: collections, finalizers and
# cleanups, bubbles of testing/synctest, sync.Map and sync.Pool, maps keyed by pointers. Every run is replayed and has to
# be the same, step by step.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module offer example.org/offer
cat >offer/offer_test.go <<'GO'
package offer

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
)

var began bool

func TestMain(m *testing.M) {
	began = true
	os.Exit(m.Run())
}

func steps(mu *sync.Mutex, n int) {
	for range n {
		mu.Lock()
		mu.Unlock()
	}
}

var sink []byte

// garbage makes mb megabytes of it beside goroutines that take turns.
func garbage(mb int) (collections uint32) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range mb / 16 {
				sink = make([]byte, 8<<20)
				steps(&mu, 20)
			}
		}()
	}
	wg.Wait()
	runtime.ReadMemStats(&after)
	return after.NumGC - before.NumGC
}

// So much that goknot collects in the midst of the run.
func TestForcedCollection(t *testing.T) {
	if garbage(1600) == 0 {
		t.Error("nothing was collected")
	}
}

// What the program says of the collector it is told again, and no more comes of it.
func TestCollectorSettings(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(32 << 20))
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	if debug.SetMemoryLimit(-1) != 32<<20 {
		t.Error("the memory limit is", debug.SetMemoryLimit(-1))
	}
	if debug.SetGCPercent(1) != 1 {
		t.Error("the percentage is", debug.SetGCPercent(1))
	}
	if n := garbage(160); n != 0 {
		t.Error("collections:", n)
	}
}

func TestTestMain(t *testing.T) {
	if !began {
		t.Error("TestMain has not run")
	}
}

func TestMapAndPool(t *testing.T) {
	var m sync.Map
	var mu sync.Mutex
	var wg sync.WaitGroup
	p := sync.Pool{New: func() any { return new(int) }}
	for i := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			v := p.Get().(*int)
			*v++
			old, loaded := m.LoadOrStore(i%2, *v)
			if loaded {
				steps(&mu, old.(int))
			}
			p.Put(v)
		}()
	}
	wg.Wait()
	m.Range(func(k, v any) bool {
		steps(&mu, k.(int)+v.(int))
		return k != 1
	})
}

type node struct{ n int }

// The order of a map keyed by pointers is one of addresses.
func TestPointerKeys(t *testing.T) {
	var mu sync.Mutex
	m := map[*node]bool{}
	for i := range 40 {
		m[&node{i}] = true
	}
	for k := range m {
		steps(&mu, k.n)
		break
	}
}

func TestCleanupAndParallel(t *testing.T) {
	var mu sync.Mutex
	for range 3 {
		t.Run("sub", func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() { steps(&mu, 2) })
			steps(&mu, 3)
		})
	}
	t.Cleanup(func() { steps(&mu, 1) })
}
GO
cat >offer/cleanup_test.go <<'GO'
//go:build go1.24

package offer

import (
	"runtime"
	"testing"
)

func TestAddCleanup(t *testing.T) {
	done := make(chan int, 3)
	for i := range 3 {
		runtime.AddCleanup(new([64]byte), func(i int) { done <- i }, i)
	}
	runtime.GC()
	sum := 0
	for range 3 {
		sum += <-done
	}
	if sum != 3 {
		t.Error(sum)
	}
}
GO
cat >offer/synctest_test.go <<'GO'
//go:build go1.25

package offer

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The bubble's clock begins in 2000 and moves when all in it are blocked.
func TestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if start.Year() != 2000 {
			t.Error(start)
		}
		c := make(chan int)
		for i := range 3 {
			go func() {
				time.Sleep(time.Duration(i+1) * time.Hour)
				c <- i
			}()
		}
		for want := range 3 {
			if got := <-c; got != want {
				t.Error(got, want)
			}
		}
		if d := time.Since(start); d != 3*time.Hour {
			t.Error(d)
		}
		synctest.Wait()
	})
}

// Two goroutines of a bubble read and write by turns without keeping others out in between.
func TestBubbleLostUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		n := 0
		for range 2 {
			go func() {
				mu.Lock()
				seen := n
				mu.Unlock()
				mu.Lock()
				n = seen + 1
				mu.Unlock()
			}()
		}
		synctest.Wait()
		if n != 2 {
			t.Errorf("%d of 2", n)
		}
	})
}
GO
cat >offer/select_test.go <<'GO'
package offer

import (
	"sync"
	"testing"
	"time"
)

var order sync.Once

func prepared(c chan int) chan int {
	order.Do(func() {})
	return c
}

// Operands do things of their own, in the library's code too, before the select that they belong to begins.
func TestManyCases(t *testing.T) {
	var c [12]chan int
	for i := range c {
		c[i] = make(chan int, 1)
	}
	go func() {
		for i := range c {
			c[i] <- i
		}
	}()
	for range c {
		select {
		case <-prepared(c[0]):
		case <-prepared(c[1]):
		case <-prepared(c[2]):
		case <-prepared(c[3]):
		case <-prepared(c[4]):
		case <-prepared(c[5]):
		case <-prepared(c[6]):
		case <-prepared(c[7]):
		case <-prepared(c[8]):
		case <-prepared(c[9]):
		case <-prepared(c[10]):
		case <-prepared(c[11]):
		case <-time.After(time.Hour):
		}
	}
}
GO
goknot fuzz -C offer -o campaign -json -quiet -seed 1 -parallel 1 -policy random -mutate=false -audit 1 -fresh 1 -fuzztime 90x \
	-run 'Collect|TestMain|Pool|Keys|Cleanup|Bubble$|ManyCases'
expect_rc 0 "constructs: $(cat err)"
expect "no hook is missed: $(events summary '.[0].hooks_missed')" test "$(events summary '.[0].hooks_missed')" = 0
mapfile -t tests < <(sed -n 's/^func Test\([A-Za-z]*\)(.*/\1/p' offer/*.go | grep -vE '^(Main|BubbleLostUpdate)$')
for t in "${tests[@]}"; do
	runs=$(events audit "map(select(.test == \"Test$t\"))")
	case $t in Bubble | AddCleanup) [ "$runs" != '[]' ] || continue ;; esac # a release that does not have it
	expect "$t: $runs" test "$(jq 'length >= 1 and all(.[]; .end == "ok" and .same_hash)' <<<"$runs")" = true
done
bubbles=$(events audit 'map(select(.test == "TestBubble"))')
# Whether the heap is laid out in the same way must not be a matter of how fast the process began.
goknot fuzz -C offer -o campaign-keys -json -quiet -seed 1 -parallel 2 -policy random -mutate=false -audit 1 -fresh 1 \
	-fuzztime 60x -run PointerKeys
expect "maps keyed by pointers: $(events audit 'map(select(.same_hash | not))')" \
	test "$(events audit 'length >= 60 and all(.[]; .same_hash)')" = true
if [ "$bubbles" != '[]' ]; then
	goknot fuzz -C offer -o campaign-bubble -json -quiet -seed 1 -parallel 1 -first -fuzztime 2000x -run BubbleLostUpdate
	expect_rc 1 "the lost update in a bubble is found: $(cat out err)"
	crash=$(events finding '.[0].crash_file')
	goknot replay -C offer -n 10 -json "$crash"
	expect "and replays" test "$(events replay '.[0] | .reproduced == 10 and .same_hash == 10')" = true
fi
done_testing
