// SPDX-License-Identifier: BSD-2-Clause

package reload

import (
	"sync"
	"testing"
)

func TestReload(t *testing.T) {
	server := New()
	var wg sync.WaitGroup
	for n := 1; n <= 3; n++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			server.Reload(n)
		}()
	}
	server.Shutdown()
	wg.Wait()
}
