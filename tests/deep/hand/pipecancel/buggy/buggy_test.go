// SPDX-License-Identifier: BSD-2-Clause

package pipecancel

import "testing"

func TestPipeCancel(t *testing.T) {
	New().Run([]int{1, 2, bad, 4, 5, 6}, 4)
}
