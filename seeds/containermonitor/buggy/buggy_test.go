// SPDX-License-Identifier: BSD-2-Clause

package containermonitor

import "testing"

func TestContainerMonitor(t *testing.T) {
	c := New()
	go c.Monitor()
	go c.Stop()
}
