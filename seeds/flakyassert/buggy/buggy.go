// SPDX-License-Identifier: BSD-2-Clause

// Package flakyassert applies two discounts to a price, each under the lock, so there is no data
// race; yet a percentage and a fixed amount do not commute, and the test expects the result of one
// order.
package flakyassert

import "sync"

// Price is in cents.
type Price struct {
	mu      sync.Mutex
	cents   int
	percent int
	amount  int
}

// New returns a price without discounts.
func New(cents int) *Price {
	return &Price{cents: cents}
}

// Percent takes off a percentage.
func (p *Price) Percent(percent int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.percent += percent
	p.cents -= p.cents * percent / 100
}

// Amount takes off a fixed amount.
func (p *Price) Amount(cents int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.amount += cents
	p.cents -= cents
}

// Cents returns what is to be paid.
func (p *Price) Cents() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cents
}
