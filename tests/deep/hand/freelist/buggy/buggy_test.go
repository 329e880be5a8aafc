// SPDX-License-Identifier: BSD-2-Clause

package freelist

import (
	"sync"
	"testing"
)

func TestFreeList(t *testing.T) {
	const callers = 5
	pool := New(2 * callers)
	var wg sync.WaitGroup
	for range callers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := pool.Join(); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
}
