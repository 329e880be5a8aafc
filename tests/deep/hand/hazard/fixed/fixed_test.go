// SPDX-License-Identifier: BSD-2-Clause

package hazard

import (
	"sync"
	"testing"
)

func TestHazard(t *testing.T) {
	const readers = 6
	d := New(readers)
	var wg sync.WaitGroup
	for reader := range readers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := d.Read(reader); err != nil {
				t.Error(err)
			}
		}()
	}
	for value := range batch {
		d.Replace(int64(value + 2))
	}
	wg.Wait()
}
