// SPDX-License-Identifier: BSD-2-Clause

// Package fixed counts in two goroutines under a lock.
package fixed

import "sync"

// Count counts to two.
func Count() int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	n := 0
	for range 2 {
		wg.Add(1)
		go func() {
			mu.Lock()
			n++
			mu.Unlock()
			wg.Done()
		}()
	}
	wg.Wait()
	return n
}
