// SPDX-License-Identifier: BSD-2-Clause

package rwrlock

import "testing"

func TestRWRLock(t *testing.T) {
	r := New()
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Register("db", "10.0.0.2")
	}()
	if got := r.Lookup("www"); got != "10.0.0.1" {
		t.Errorf("www is at %q", got)
	}
	<-done
}
