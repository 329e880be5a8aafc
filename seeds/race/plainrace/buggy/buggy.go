// SPDX-License-Identifier: BSD-2-Clause

// Package buggy remembers who came last, without an order between those who come.
package buggy

import "sync"

// Last is who came last.
func Last() int {
	var wg sync.WaitGroup
	last := 0
	for i := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			last = i
		}()
	}
	wg.Wait()
	return last
}
