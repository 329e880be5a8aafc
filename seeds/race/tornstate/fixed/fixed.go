// SPDX-License-Identifier: BSD-2-Clause

// Package fixed moves an amount between two accounts under a lock.
package fixed

import "sync"

type bank struct {
	mu   sync.RWMutex
	a, b int
}

func (k *bank) move(amount int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.a -= amount
	k.b += amount
}

func (k *bank) sum() int {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.a + k.b
}

// Audit adds the accounts up while an amount is moved. The sum is always 100.
func Audit() int {
	k := &bank{a: 100}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		k.move(30)
	}()
	sum := k.sum()
	wg.Wait()
	return sum
}
