// SPDX-License-Identifier: BSD-2-Clause

package slots

import (
	"sync"
	"testing"
	"time"
)

func TestPool(t *testing.T) {
	p := New(1, time.Millisecond)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 2 {
				l := p.Get()
				time.Sleep(time.Millisecond)
				p.Put(l)
			}
		}()
	}
	wg.Wait()
	p.Close()
}
