// SPDX-License-Identifier: BSD-2-Clause

package deepchain

import "testing"

func TestDeepChain(t *testing.T) {
	const tenants = 3
	table := New(tenants + 1)
	for i := 0; i < tenants; i++ {
		go table.Renew(i)
	}
	table.Rotate()
	granted, late := table.Replay(tenants + 1)
	if granted+late != tenants {
		t.Errorf("%d granted and %d late, want %d in all", granted, late, tenants)
	}
}
