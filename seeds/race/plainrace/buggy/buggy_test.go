// SPDX-License-Identifier: BSD-2-Clause

package buggy

import "testing"

func TestLast(t *testing.T) {
	if n := Last(); n < 0 || n > 2 {
		t.Errorf("%d came last", n)
	}
}
