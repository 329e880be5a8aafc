// SPDX-License-Identifier: BSD-2-Clause

package fixed

import "testing"

func TestCount(t *testing.T) {
	if n := Count(); n != 2 {
		t.Errorf("counted %d", n)
	}
}
