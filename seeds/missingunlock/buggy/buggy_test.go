// SPDX-License-Identifier: BSD-2-Clause

package missingunlock

import "testing"

func TestMissingUnlock(t *testing.T) {
	var l Log
	sealed := make(chan struct{})
	go func() {
		defer close(sealed)
		l.Seal()
	}()
	err := l.Append("first")
	<-sealed
	if n := l.Len(); (err == nil) != (n == 1) {
		t.Errorf("Append said %v, but there are %d entries", err, n)
	}
}
