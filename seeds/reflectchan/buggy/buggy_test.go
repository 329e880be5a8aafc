// SPDX-License-Identifier: BSD-2-Clause

package reflectchan

import "testing"

func TestReflectChan(t *testing.T) {
	slot := make(chan int, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		Add(slot, 1)
	}()
	Add(slot, 2)
	<-done
	if sum := <-slot; sum != 3 {
		t.Errorf("the sum is %d", sum)
	}
}
