// SPDX-License-Identifier: BSD-2-Clause

// Package buggy moves an amount between two accounts without a lock.
package buggy

import "sync"

type bank struct {
	a, b int
}

func (k *bank) move(amount int) {
	k.a -= amount
	k.b += amount
}

func (k *bank) sum() int {
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
