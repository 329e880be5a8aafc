// SPDX-License-Identifier: BSD-2-Clause

package fixed

import "testing"

func TestRun(t *testing.T) {
	Run()
}
