// SPDX-License-Identifier: BSD-2-Clause

package contextleak

import "testing"

func TestContextLeak(t *testing.T) {
	var s Service
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.Stop()
	}()
	s.Start()
	<-stopped
}
