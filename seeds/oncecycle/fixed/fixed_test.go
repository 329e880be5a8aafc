// SPDX-License-Identifier: BSD-2-Clause

package oncecycle

import (
	"sync"
	"testing"
)

func TestOnceCycle(t *testing.T) {
	var c Config
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		if got := c.Get(); got != 42 {
			t.Errorf("got %d, want 42", got)
		}
	}()
	go func() {
		defer wg.Done()
		c.Prime()
	}()
	wg.Wait()
}
