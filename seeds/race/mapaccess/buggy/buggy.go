// SPDX-License-Identifier: BSD-2-Clause

// Package buggy keeps a cache in a map without a lock.
package buggy

import "sync"

type cache struct {
	entries map[string]int
}

func (c *cache) put(key string, value int) {
	c.entries[key] = value
}

func (c *cache) get(key string) int {
	return c.entries[key]
}

// Fill fills the cache and looks a key up.
func Fill() int {
	c := &cache{entries: map[string]int{}}
	var wg sync.WaitGroup
	for i, key := range []string{"a", "b"} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.put(key, i+1)
		}()
	}
	wg.Wait()
	return c.get("a")
}
