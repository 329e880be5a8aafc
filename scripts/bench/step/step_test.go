// SPDX-License-Identifier: BSD-2-Clause

// Package step makes a given number of goroutines do the same number of operations in all, so that what a step costs
// can be compared between few goroutines and many.
package step

import (
	"runtime"
	"sync"
	"testing"
)

const total = 100000

func many(n int, body func(i, rounds int)) {
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() {
			body(i, total/n)
			wg.Done()
		}()
	}
	wg.Wait()
}

// yield: all of them are runnable all the time.
func yield(n int) {
	many(n, func(_, rounds int) {
		for j := 0; j < rounds; j++ {
			runtime.Gosched()
		}
	})
}

// locks: each has a lock of its own, so nothing races.
func locks(n int) {
	mu := make([]sync.Mutex, n)
	many(n, func(i, rounds int) {
		for j := 0; j < rounds/2; j++ {
			mu[i].Lock()
			mu[i].Unlock()
		}
	})
}

// polls: all of them are at one lock all the time, and none ever blocks.
func polls(n int) {
	var mu sync.Mutex
	many(n, func(_, rounds int) {
		for j := 0; j < rounds/2; j++ {
			if mu.TryLock() {
				mu.Unlock()
			}
		}
	})
}

func TestYield10(t *testing.T)    { yield(10) }
func TestYield100(t *testing.T)   { yield(100) }
func TestYield1000(t *testing.T)  { yield(1000) }
func TestYield10000(t *testing.T) { yield(10000) }
func TestLocks10(t *testing.T)    { locks(10) }
func TestLocks100(t *testing.T)   { locks(100) }
func TestLocks1000(t *testing.T)  { locks(1000) }
func TestLocks10000(t *testing.T) { locks(10000) }
func TestPolls10(t *testing.T)    { polls(10) }
func TestPolls100(t *testing.T)   { polls(100) }
func TestPolls1000(t *testing.T)  { polls(1000) }
func TestPolls10000(t *testing.T) { polls(10000) }
