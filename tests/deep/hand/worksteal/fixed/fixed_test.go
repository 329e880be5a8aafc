// SPDX-License-Identifier: BSD-2-Clause

package worksteal

import (
	"sync"
	"testing"
)

func TestWorkSteal(t *testing.T) {
	var workers sync.WaitGroup
	for range 3 {
		pool := New(4)
		workers.Add(2)
		go func() {
			defer workers.Done()
			pool.Own()
			pool.Wait()
		}()
		go func() {
			defer workers.Done()
			pool.Steal()
		}()
	}
	workers.Wait()
}
