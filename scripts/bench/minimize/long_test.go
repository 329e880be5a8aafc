// SPDX-License-Identifier: BSD-2-Clause

// Package minimize has tests of a thousand steps and more whose bug needs two or three context switches.
package minimize

import (
	"sync"
	"sync/atomic"
	"testing"
)

const (
	workers = 8
	rounds  = 20
)

// work is what goes on around a bug: each worker takes locks and passes items on.
func work(extra ...func()) {
	var wg sync.WaitGroup
	var locks [workers]sync.Mutex
	items := make(chan int, workers)
	total := 0
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range rounds {
				items <- w
				locks[w].Lock()
				total++
				locks[w].Unlock()
				<-items
			}
		}()
	}
	for _, f := range extra {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f()
		}()
	}
	wg.Wait()
}

// Two locks in two orders, at the end of some work.
func TestABBA(t *testing.T) {
	var a, b sync.Mutex
	var ready atomic.Int32
	both := func(first, second *sync.Mutex) func() {
		return func() {
			for range rounds {
				ready.Add(1)
			}
			first.Lock()
			second.Lock()
			second.Unlock()
			first.Unlock()
		}
	}
	work(both(&a, &b), both(&b, &a))
}

// An update is lost between a load and a store.
func TestLost(t *testing.T) {
	var n atomic.Int64
	add := func() {
		n.Store(n.Load() + 1)
	}
	work(add, add)
	if n.Load() != 2 {
		t.Fatal("lost")
	}
}

// A reader sees the middle of two updates that belong together.
func TestTorn(t *testing.T) {
	var x, y atomic.Int64
	torn := atomic.Bool{}
	work(func() {
		for i := range int64(rounds) {
			x.Store(i)
			y.Store(i)
		}
	}, func() {
		for range rounds {
			a := x.Load()
			b := y.Load()
			if a > b+3 || b > a+3 {
				torn.Store(true)
			}
		}
	})
	if torn.Load() {
		t.Fatal("torn")
	}
}
