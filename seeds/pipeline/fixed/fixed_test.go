// SPDX-License-Identifier: BSD-2-Clause

package pipeline

import "testing"

func TestPipeline(t *testing.T) {
	s := New()
	go s.Generate(5)
	if got := s.Find(2); got != 2 {
		t.Errorf("found %d, want 2", got)
	}
}
