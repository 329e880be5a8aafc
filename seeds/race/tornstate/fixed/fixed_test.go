// SPDX-License-Identifier: BSD-2-Clause

package fixed

import "testing"

func TestAudit(t *testing.T) {
	if sum := Audit(); sum != 100 {
		t.Errorf("the sum is %d", sum)
	}
}
