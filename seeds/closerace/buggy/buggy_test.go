// SPDX-License-Identifier: BSD-2-Clause

package closerace

import "testing"

func TestCloseRace(t *testing.T) {
	s := New()
	go s.Stop()
	go s.Stop()
	s.Wait()
}
