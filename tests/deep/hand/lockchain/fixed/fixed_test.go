// SPDX-License-Identifier: BSD-2-Clause

package lockchain

import (
	"sync"
	"testing"
)

func TestLockChain(t *testing.T) {
	var wg sync.WaitGroup
	for i, layer := range New() {
		wg.Add(1)
		go func() {
			defer wg.Done()
			layer.Load(more * i)
			layer.Flush()
		}()
	}
	wg.Wait()
}
