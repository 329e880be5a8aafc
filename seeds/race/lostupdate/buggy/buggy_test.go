// SPDX-License-Identifier: BSD-2-Clause

package buggy

import "testing"

func TestCount(t *testing.T) {
	if n := Count(); n != 2 {
		t.Errorf("counted %d", n)
	}
}
