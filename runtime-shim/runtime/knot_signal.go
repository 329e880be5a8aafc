// SPDX-License-Identifier: BSD-2-Clause

package runtime

import "unsafe"

// Channels given to signal.Notify, and not taken back by Stop or Reset. Only the outside sends on them (what the
// program itself sends comes as well), so one that receives from them is neither leaked nor part of a deadlock.
// Package os/signal writes the table under its lock.

const knotHearMax = 64 // channels; a receiver on one beyond them counts as blocked

var knotHeard struct {
	chans [knotHearMax]uintptr
	n     int
}

//go:linkname knotSignalHears os/signal.knotHears
func knotSignalHears(c unsafe.Pointer) {
	h := &knotHeard
	if c == nil {
		h.n = 0
	} else if h.n < knotHearMax {
		h.chans[h.n] = uintptr(c)
		h.n++
	}
}

// knotHearsSignals reports whether gp, which is blocked, waits to receive from one of them.
func knotHearsSignals(gp *g) bool {
	h := &knotHeard
	if h.n == 0 || gp.knot.pendOp == knotOpSend {
		return false
	}
	for sg := gp.waiting; sg != nil; sg = sg.waitlink {
		c := uintptr(unsafe.Pointer(knotSudogChan(sg)))
		for _, heard := range h.chans[:h.n] {
			if c == heard {
				return true
			}
		}
	}
	return false
}

// knotSignalAwaited reports whether a goroutine of the program waits for a signal.
func knotSignalAwaited() bool {
	if knotHeard.n == 0 {
		return false
	}
	found := false
	forEachG(func(gp *g) {
		found = found || knotKind(gp) == knotKindUser && readgstatus(gp)&^_Gscan == _Gwaiting && knotHearsSignals(gp)
	})
	return found
}
