// SPDX-License-Identifier: BSD-2-Clause

package statusmanager

import "testing"

// As in the figure, nobody waits for the three goroutines: the test passes and leaves them behind.
func TestStatusManager(t *testing.T) {
	m := New()
	go m.Loop(2)
	go m.Set("web", "Running")
	go m.Set("db", "Pending")
}
