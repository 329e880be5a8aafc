// SPDX-License-Identifier: BSD-2-Clause

package waitgroupmisuse

import "testing"

func TestWaitGroupMisuse(t *testing.T) {
	var s Sum
	s.Start([]int{1, 2, 3})
	if got := s.Result(); got != 6 {
		t.Errorf("total %d, want 6", got)
	}
}
