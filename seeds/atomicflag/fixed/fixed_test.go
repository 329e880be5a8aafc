// SPDX-License-Identifier: BSD-2-Clause

package atomicflag

import (
	"sync"
	"testing"
)

func TestAtomicFlag(t *testing.T) {
	c := New(1)
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 2; i++ {
		go func() {
			defer wg.Done()
			c.Buy()
		}()
	}
	wg.Wait()
	if n := c.Sold(); n != 1 {
		t.Errorf("%d tickets sold, want 1", n)
	}
}
