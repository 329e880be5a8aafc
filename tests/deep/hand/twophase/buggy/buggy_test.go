// SPDX-License-Identifier: BSD-2-Clause

package twophase

import (
	"sync"
	"testing"
)

func TestTwoPhase(t *testing.T) {
	const n = 3
	failed := make(chan error, 2*n)
	c, stores := Start(n, failed)
	cancel := make(chan struct{})
	var others sync.WaitGroup
	others.Add(2)
	go func() {
		defer others.Done()
		close(cancel)
	}()
	go func() {
		defer others.Done()
		c.Stores[0].Compact()
	}()
	c.Commit(cancel)
	stores.Wait()
	others.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
}
