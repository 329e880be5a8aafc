// SPDX-License-Identifier: BSD-2-Clause

package lostsignal

import "testing"

func TestLostSignal(t *testing.T) {
	q := New()
	go q.Push(7)
	if got := q.Pop(); got != 7 {
		t.Errorf("got %d, want 7", got)
	}
}
