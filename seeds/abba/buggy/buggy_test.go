// SPDX-License-Identifier: BSD-2-Clause

package abba

import (
	"sync"
	"testing"
)

func TestABBA(t *testing.T) {
	a, b := New(1, 100), New(2, 100)
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		Transfer(a, b, 30)
	}()
	go func() {
		defer wg.Done()
		Transfer(b, a, 10)
	}()
	wg.Wait()
	if a.Balance() != 80 || b.Balance() != 120 {
		t.Errorf("balances %d and %d, want 80 and 120", a.Balance(), b.Balance())
	}
}
