// SPDX-License-Identifier: BSD-2-Clause

package lease

import (
	"sync"
	"testing"
)

func TestLease(t *testing.T) {
	s := &Server{}
	epoch, _ := s.Acquire(1)
	var wg sync.WaitGroup
	wg.Add(4)
	go func() {
		defer wg.Done()
		s.Renew(1, epoch)
		if err := s.Write(1); err != nil {
			t.Error(err)
		}
	}()
	go func() {
		defer wg.Done()
		s.Expire()
	}()
	for client := 2; client <= 3; client++ {
		go func() {
			defer wg.Done()
			if _, ok := s.Acquire(client); !ok {
				return
			}
			if err := s.Write(client); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
}
