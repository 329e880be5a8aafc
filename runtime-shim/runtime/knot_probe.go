// SPDX-License-Identifier: BSD-2-Clause

package runtime

// knotProbeHook does nothing. goknot's eBPF probe is attached to it and sees what it is called with. All of that is in registers:
// the probe reads no memory of the program's and needs no offsets of structures.
//
//go:noescape
func knotProbeHook(session, request, run, cursor, word, sitePrim, aux, time uint64)

// knotProbeSession is what the probe knows the process by, 0 = there is none.
var knotProbeSession uint64

// knotProbeRequest is called when a request is taken.
func knotProbeRequest() {
	knot.session = 0
	if knot.req.flags&knotReqProbe != 0 {
		knot.session = knotProbeSession
	}
}

// Cursors of no event: what the hook is called with where a run begins and ends. Keep in step with runtime-shim/probe/record.h.
const (
	knotProbeBegin = ^uint64(0)
	knotProbeEnd   = knotProbeBegin - 1
)

// knotProbeMark shows the probe where the run begins, or that it ends: what the runtime's own functions are entered for in
// between is compared with the events of the run. It is called with the hooks on, before the first of them
// and behind the last that counts.
func knotProbeMark(which uint64) {
	if knot.session != 0 && knot.req.flags&knotReqRuntime != 0 {
		knotProbeHook(knot.session, knot.req.id, uint64(knot.reqIndex), which, 0, 0, 0, 0)
	}
}

// knotProbed shows the probe the event that has just got cursor i of the ring: from what the writer was told, not from what
// stands in the ring, so that comparing both means something. It is called where the event is written, with whatever
// is held there still held, so that the order of the hits is the order of effects.
//
//go:noinline
func knotProbed(i, word uint64, site, prim uint32, aux, time uint64) {
	knotProbeHook(knot.session, knot.req.id, uint64(knot.reqIndex), i, word, uint64(site)|uint64(prim)<<32, aux, time)
}

// knotEventWord is the first word of struct knot_shm_event.
func knotEventWord(step uint32, g uint16, kind, op uint8) uint64 {
	return uint64(step) | uint64(g)<<32 | uint64(kind)<<48 | uint64(op)<<56
}
