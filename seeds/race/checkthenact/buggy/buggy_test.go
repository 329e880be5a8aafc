// SPDX-License-Identifier: BSD-2-Clause

package buggy

import "testing"

func TestRun(t *testing.T) {
	Run()
}
