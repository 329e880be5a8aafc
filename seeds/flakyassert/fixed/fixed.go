// SPDX-License-Identifier: BSD-2-Clause

// Package flakyassert is the repaired twin: discounts are collected and applied in a fixed order.
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
}

// Amount takes off a fixed amount.
func (p *Price) Amount(cents int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.amount += cents
}

// Cents returns what is to be paid.
func (p *Price) Cents() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cents - p.cents*p.percent/100 - p.amount
}
