// SPDX-License-Identifier: BSD-2-Clause

package deepchain

import (
	"sync"
	"testing"
)

func TestDeepChain(t *testing.T) {
	const tenants = 3
	table := New(tenants + 1)
	var wg sync.WaitGroup
	wg.Add(tenants + 1)
	for i := 0; i < tenants; i++ {
		go func() {
			defer wg.Done()
			table.Renew(i)
		}()
	}
	go func() {
		defer wg.Done()
		table.Rotate()
	}()
	wg.Wait()
	granted, late := table.Replay()
	if granted+late != tenants {
		t.Errorf("%d granted and %d late, want %d in all", granted, late, tenants)
	}
}
