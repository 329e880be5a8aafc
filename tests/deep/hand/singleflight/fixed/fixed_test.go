// SPDX-License-Identifier: BSD-2-Clause

package singleflight

import (
	"sync"
	"testing"
)

func TestSingleFlight(t *testing.T) {
	group := New()
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := group.Get("key"); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Add(1)
	go func() {
		defer wg.Done()
		group.Invalidate("key")
	}()
	wg.Wait()
}
