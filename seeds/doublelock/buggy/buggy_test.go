// SPDX-License-Identifier: BSD-2-Clause

package doublelock

import (
	"sync"
	"testing"
)

func TestDoubleLock(t *testing.T) {
	var b Buffer
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := 0; i < full; i++ {
			if b.Add(i) {
				b.Flush()
			}
		}
	}()
	go func() {
		defer wg.Done()
		if n := b.Stat(); n >= full {
			t.Errorf("Stat left %d items waiting", n)
		}
	}()
	wg.Wait()
}
