// SPDX-License-Identifier: BSD-2-Clause

// Package buggy counts in two goroutines without an order between them.
package buggy

import "sync"

// Count counts to two.
func Count() int {
	var wg sync.WaitGroup
	n := 0
	for range 2 {
		wg.Add(1)
		go func() {
			n++
			wg.Done()
		}()
	}
	wg.Wait()
	return n
}
