// SPDX-License-Identifier: BSD-2-Clause

package unlockunlocked

import "testing"

func TestUnlockUnlocked(t *testing.T) {
	var d Device
	d.Acquire()
	watchdog := make(chan struct{})
	go func() {
		defer close(watchdog)
		d.Release()
	}()
	d.Release()
	<-watchdog
}
