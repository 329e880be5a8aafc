// SPDX-License-Identifier: BSD-2-Clause

package sharedorder

import "testing"

func TestSharedOrder(t *testing.T) {
	if err := Exchange(); err != nil {
		t.Error(err)
	}
}
