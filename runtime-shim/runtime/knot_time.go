// SPDX-License-Identifier: BSD-2-Clause

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// Virtual time. Package time, timers, deadlines and the starvation clock of mutexes read knotNow; the
// runtime itself (sysmon, the collector's pacer, notes) keeps the real clock: the overlay rewrites its
// calls of nanotime to nanotime1. While a run is under way the clock stands still but for knotStepNs a
// step or look, and jumps when nothing can run or when the firing of the next timer was chosen. Between
// runs it goes on at the pace of real time from where the run left it.

//go:nosplit
func knotNow() int64 {
	if !knot.attached {
		return nanotime1()
	}
	if knot.on {
		return knot.vt
	}
	return knot.vtOff + nanotime1() - knot.realOff
}

// time_now is time.now: wall clock and monotonic clock.
//
//go:linkname time_now time.now
func time_now() (sec int64, nsec int32, mono int64) {
	if knot.attached && knot.on {
		knotLook()
		w := knot.wallStart + knot.vt - knotEpoch
		return w / 1000000000, int32(w % 1000000000), knot.vt
	}
	sec, nsec, mono = knotRealNow()
	if knot.attached {
		mono = knotNow()
		if knot.run == 0 && knot.hdr.startNs != 0 {
			sec, nsec = knotInitTime()
		}
	}
	return sec, nsec, mono
}

// knotInitTime is the wall clock before the first run: what an init seeds a generator with is the same in every process.
func knotInitTime() (sec int64, nsec int32) {
	knotInitLooks.Add(1)
	w := int64(knot.hdr.startNs) - knotInitNs + min(int64(knotInitLooks.Load())*knotStepNs, knotInitNs)
	return w / 1000000000, int32(w % 1000000000)
}

const knotInitNs = 1000000000 // by which a process is older than its first run

var knotInitLooks atomic.Uint32

// knotLook is a look at the clock. A loop that polls it must see it move, and must come to its end: when
// nothing else is done, every further look takes longer.
func knotLook() {
	if knot.looks < knotLooksMax {
		knot.looks++
	}
	knot.vt += knotStepNs << (knot.looks >> 8)
}

const knotLooksMax = 20 << 8 // a look is 100 ms then

// knotRealNow is the assembly that was time.now before the overlay renamed it.
func knotRealNow() (sec int64, nsec int32, mono int64)

// knotOldTimers moves timers that are older than the run to where they stand in every run: a period, or a
// whole number of seconds, behind its beginning. When exactly they were set was a matter of real time, and
// of the runs before.
func knotOldTimers(now int64) {
	ts := &getg().m.p.ptr().timers
	if len(ts.heap) == 0 {
		return
	}
	ts.lock()
	for i := range ts.heap {
		t := ts.heap[i].timer
		t.lock()
		if t.when > 0 {
			left := t.period
			if left <= 0 {
				left = knotWholeSeconds(t.when - now)
			}
			t.when = knotEpoch + left
		}
		ts.heap[i].when = max(t.when, knotEpoch)
		t.state &^= timerModified
		t.unlock()
	}
	ts.initHeap()
	ts.minWhenModified.Store(0)
	ts.updateMinWhenHeap()
	ts.unlock()
}

// knotWholeSeconds is where a timer that is due in ns stands at the beginning of a run.
func knotWholeSeconds(ns int64) int64 {
	return max(ns, 0)/1000000000*1000000000 + 1000000000
}

// knotNextTimer is the virtual time of the next timer, or 0.
func knotNextTimer() int64 {
	return getg().m.p.ptr().timers.wakeTime()
}

// knotEarlyNs is how much virtual time must have been skipped by choice to excuse a failed test. A timer of
// a second counts, although each step since it was set has taken a little of it.
const knotEarlyNs = 500 * 1000 * 1000

// knotFireTimer moves virtual time to the next timer; the caller goes through the scheduler, which runs it.
// chosen: something else could have run. It reports false when there is no timer to fire.
func knotFireTimer(chosen bool) bool {
	when := knotNextTimer()
	if when == 0 {
		return false
	}
	if d := when - knot.vt; chosen && d > 0 {
		// All of it together: a ticker fired thirty times over is as far from real life as one long timer.
		knot.cur.earlyNs += uint64(d)
		if knot.cur.earlyNs >= knotEarlyNs {
			knot.cur.flags |= knotRunEarlyTimer
		}
	}
	knotPassTime(when)
	return true
}

// knotPassTime moves virtual time forward to when.
func knotPassTime(when int64) {
	if when > knot.vt {
		knot.vt = when
		knot.cur.virtualNs = uint64(when - knotEpoch)
	}
	knot.timersFired++
	knotEvent(knotEvTimer, knotOpTimer, knotGNone, 0, 0, uint64(knot.vt-knotEpoch))
	knot.cur.hash = knotMix(knot.cur.hash ^ 0x74696d6572)
}

// knotPolled notes the timer of a channel that is polled: as long as nobody blocks on it, it is in no heap.
func knotPolled(c *hchan) {
	if c == nil || c.timer == nil {
		return
	}
	if when := c.timer.when; when > 0 && (knot.pollWhen == 0 || when < knot.pollWhen) {
		knot.pollWhen = when
	}
}

// knotKept are the functions to be called by a timer that were there before the first run.
var knotKept [16]knotKeptTimer

type knotKeptTimer struct {
	t      *timer
	left   int64 // at the beginning of the first run
	period int64
}

// knotDropTimers takes away what the runs before have left: functions to be called by a timer, which would
// act in a run that knows nothing of them. A goroutine that sleeps, or waits for the channel of a timer,
// keeps it. Timers that were stopped and are still in the heap go, too: firing the next timer must not be
// a choice because of them. Those that were there before the first run are there in every run, whether one
// has seen them fire or not: what they set themselves again is gone with that run.
func knotDropTimers(now int64) {
	ts := &getg().m.p.ptr().timers
	kept := 0
	ts.lock()
	for i := range ts.heap {
		t := ts.heap[i].timer
		f := t.f
		if t.isChan || f == nil || funcname(findfunc(**(**uintptr)(unsafe.Pointer(&f)))) != "time.goFunc" {
			continue
		}
		if knot.run == 1 && kept < len(knotKept) {
			knotKept[kept] = knotKeptTimer{t, knotWholeSeconds(t.when - now), t.period}
			kept++
			continue
		}
		old := false
		for i := range knotKept {
			old = old || knotKept[i].t == t
		}
		if !old {
			t.stop()
		}
	}
	ts.adjust(0, true)
	ts.unlock()
	for i := range knotKept {
		if k := &knotKept[i]; k.t != nil && k.t.when == 0 {
			k.t.reset(now+k.left-1, k.period)
		}
	}
}
