// SPDX-License-Identifier: BSD-2-Clause

// Package abba is the repaired twin: the account with the smaller number is locked first,
// whichever way the money goes.
package abba

import "sync"

// Account is one balance.
type Account struct {
	mu      sync.Mutex
	id      int
	balance int
}

// New returns an account.
func New(id, balance int) *Account {
	return &Account{id: id, balance: balance}
}

// Transfer moves an amount.
func Transfer(from, to *Account, amount int) {
	first, second := from, to
	if second.id < first.id {
		first, second = second, first
	}
	first.mu.Lock()
	second.mu.Lock()
	from.balance -= amount
	to.balance += amount
	second.mu.Unlock()
	first.mu.Unlock()
}

// Balance returns what is in the account.
func (a *Account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}
