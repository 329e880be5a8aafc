// SPDX-License-Identifier: BSD-2-Clause

package flakyassert

import (
	"sync"
	"testing"
)

func TestFlakyAssert(t *testing.T) {
	p := New(10000)
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		p.Amount(500)
	}()
	go func() {
		defer wg.Done()
		p.Percent(10)
	}()
	wg.Wait()
	if got := p.Cents(); got != 8500 {
		t.Errorf("to pay %d, want 8500", got)
	}
}
