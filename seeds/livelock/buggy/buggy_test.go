// SPDX-License-Identifier: BSD-2-Clause

package livelock

import (
	"sync"
	"testing"
)

func TestLivelock(t *testing.T) {
	var r Road
	var wg sync.WaitGroup
	wg.Add(2)
	for side := 0; side < 2; side++ {
		go func() {
			defer wg.Done()
			r.Pass(side)
		}()
	}
	wg.Wait()
	if n := r.Passed(); n != 2 {
		t.Errorf("%d passed, want 2", n)
	}
}
