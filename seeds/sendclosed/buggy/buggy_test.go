// SPDX-License-Identifier: BSD-2-Clause

package sendclosed

import "testing"

func TestSendClosed(t *testing.T) {
	p := New(1)
	accepted := make(chan bool, 1)
	go func() { accepted <- p.Publish("hello") }()
	go p.Close()
	n := p.Drain()
	if ok := <-accepted; ok != (n == 1) {
		t.Errorf("accepted %t, but %d messages arrived", ok, n)
	}
}
