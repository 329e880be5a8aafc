// SPDX-License-Identifier: BSD-2-Clause

// Package fixed sends on a connection that somebody else drops, one at a time.
package fixed

import "sync"

type conn struct{ sent int }

type client struct {
	mu   sync.Mutex
	conn *conn
}

// drop gives the connection up.
func (c *client) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = nil
}

// send uses the connection while there is one.
func (c *client) send() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return
	}
	c.conn.sent++
}

// Run sends while the connection is dropped.
func Run() {
	c := &client{conn: &conn{}}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		c.send()
	}()
	go func() {
		defer wg.Done()
		c.drop()
	}()
	wg.Wait()
}
