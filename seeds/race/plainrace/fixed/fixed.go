// SPDX-License-Identifier: BSD-2-Clause

// Package fixed remembers who came last in an atomic.
package fixed

import (
	"sync"
	"sync/atomic"
)

// Last is who came last.
func Last() int {
	var wg sync.WaitGroup
	var last atomic.Int64
	for i := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			last.Store(int64(i))
		}()
	}
	wg.Wait()
	return int(last.Load())
}
