// SPDX-License-Identifier: BSD-2-Clause

package fixed

import "testing"

func TestFill(t *testing.T) {
	if n := Fill(); n != 1 {
		t.Errorf("a is %d", n)
	}
}
