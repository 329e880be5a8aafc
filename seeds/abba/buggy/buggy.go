// SPDX-License-Identifier: BSD-2-Clause

// Package abba moves money between two accounts and locks them in the order of the transfer: a
// transfer there and one back can each hold the lock that the other wants.
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
