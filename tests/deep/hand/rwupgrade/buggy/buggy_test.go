// SPDX-License-Identifier: BSD-2-Clause

package rwupgrade

import (
	"sync"
	"testing"
)

func TestRWUpgrade(t *testing.T) {
	registry := New()
	var wg sync.WaitGroup
	wg.Add(5)
	for n := 1; n <= 2; n++ {
		go func() {
			defer wg.Done()
			registry.View(n)
		}()
	}
	go func() {
		defer wg.Done()
		registry.Refresh("one", "two")
	}()
	go func() {
		defer wg.Done()
		registry.Warm()
		registry.Rename(1, "eins")
	}()
	go func() {
		defer wg.Done()
		registry.Warm()
	}()
	wg.Wait()
}
