// SPDX-License-Identifier: BSD-2-Clause

package connpool

import (
	"sync"
	"testing"
)

func TestConnPool(t *testing.T) {
	const conns = 2
	pool := New(conns)
	var requests sync.WaitGroup
	requests.Add(conns)
	for range conns {
		c, _ := pool.Get()
		go func() {
			defer requests.Done()
			c.Send(packets)
			pool.Put(c)
		}()
	}
	// Nobody waits for these: they end when the pool does.
	for range 3 {
		go func() {
			c, err := pool.Get()
			if err != nil {
				return
			}
			c.Send(1)
			pool.Put(c)
		}()
	}
	pool.Close()
	requests.Wait()
}
