// SPDX-License-Identifier: BSD-2-Clause

package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// What is outside: system calls, and the watchdog that notices when one blocks.
//
// sysmon neither preempts nor polls nor retakes a P while a run is under way: each of those would be a
// decision nobody recorded. Instead our watchdog looks once a millisecond; a goroutine that has stayed in
// the same system call for knotSyscallTicks looks loses its P, which is an external event of the schedule.
// One that computes too long is preempted: knot_compute.go.

const knotSyscallTicks = 5

var knotWatch struct {
	tick  uint32
	count uint32
}

// knotHandoffs counts Ps handed off; while it is 0 nobody can be in a system call without the P.
var knotHandoffs uint32

// knotSysmon replaces a round of sysmon. It reports whether it did.
func knotSysmon() bool {
	if !knot.on && !knotStarting() {
		return false
	}
	usleep(1000)
	if sched.npidle.Load() != 0 {
		return true
	}
	pp := allp[0]
	tick, in := knotInSyscall(pp)
	if knot.on {
		knotComputeLook(pp, in)
	}
	w := &knotWatch
	if !in || tick != w.tick {
		w.tick, w.count = tick, 0
		return true
	}
	w.count++
	if w.count >= knotSyscallTicks {
		lock(&sched.sysmonlock)
		retake(nanotime1())
		unlock(&sched.sysmonlock)
	}
	return true
}

// knotStartLooks is how many looks of sysmon's the start of a process may take before the stock sysmon takes over.
const knotStartLooks = 100

var knotStarts uint32

// knotStarting reports whether the process has not come to its first run yet. The stock sysmon would take the P from
// whatever system call takes longer than 20 us. That makes another thread, whose stack for signals is in the heap, and
// every address behind it another: the order of maps that are keyed by pointers, too.
func knotStarting() bool {
	if !knot.attached || knot.run != 0 || knotStarts >= knotStartLooks {
		return false
	}
	knotStarts++
	return true
}

// knotIdleThread waits for the thread that has had the P before the caller's to be idle, so that it is taken again: else
// it would be chance how many threads there are, see knotStarting.
func knotIdleThread() {
	others := int32(2) // the caller's and sysmon's; that of cgo programs which only starts threads is never idle either
	if newmHandoff.haveTemplateThread != 0 {
		others++
	}
	for i := 0; i < 2000 && sched.nmidle == 0 && mcount() > others; i++ {
		osyield()
	}
}

// knotHandoff starts a thread for the P that a blocked one gives up: there may be work that the runtime's
// own queues do not show. It reports whether it did.
func knotHandoff(pp *p) bool {
	if knot.attached && knot.run == 0 {
		knotIdleThread()
	}
	if !knot.on || sched.gcwaiting.Load() {
		return false
	}
	knotHandoffs++
	knot.handedOff = true
	startm(pp, false, false)
	return true
}

// knotChildren reports whether a child process is running: it may yet write to a pipe or end. One that has
// ended and was not waited for is no reason to wait.
func knotChildren() bool {
	const (
		sysWaitid = 247
		flags     = 4 | 1 | 0x01000000 // WEXITED | WNOHANG | WNOWAIT
	)
	var info [16]uint64 // siginfo_t; the pid is the first half of its third word
	errno := knotSyscall6(sysWaitid, 0, 0, uintptr(unsafe.Pointer(&info)), flags, 0, 0)
	return errno == 0 && uint32(info[2]) == 0
}

var knotStat [512]byte // what was read last: the caller must not allocate

// knotForeignThread reports whether C code has threads of its own: one of them may yet call into Go.
func knotForeignThread() bool {
	if !iscgo {
		return false
	}
	path := "/proc/self/stat\x00"
	fd := open(unsafe.StringData(path), 0, 0)
	if fd < 0 {
		return false
	}
	n := read(fd, unsafe.Pointer(&knotStat), int32(len(knotStat)))
	closefd(fd)
	foreign := knotThreadCount(knotStat[:max(n, 0)])
	for mp := allm; mp != nil; mp = mp.alllink {
		// An extra one was lent to a thread of C's when that called, and stays with it.
		if mp.procid != 0 && !mp.isextra {
			foreign--
		}
	}
	return foreign > 0
}

// knotThreadCount finds the number of threads in /proc/self/stat (proc(5)): the eighteenth word behind the name, which
// stands in parentheses and may be anything.
func knotThreadCount(stat []byte) int {
	i := len(stat)
	for i > 0 && stat[i-1] != ')' {
		i--
	}
	count, word := 0, 0
	for ; i < len(stat) && word <= 18; i++ {
		if stat[i] == ' ' {
			word++
		} else if word == 18 {
			count = count*10 + int(stat[i]-'0')
		}
	}
	return count
}

// knotSignalled reports whether a signal for os/signal has come and has not yet been taken by its loop.
func knotSignalled() bool {
	if !sig.inuse {
		return false
	}
	for i := range sig.mask {
		if atomic.Load(&sig.mask[i]) != 0 {
			return true
		}
	}
	return sig.delivering.Load() != 0
}

// knotOutstanding reports whether something outside is under way that will come back: a goroutine of the
// program in a system call or in C code, or a child process that somebody may be waiting for, by I/O
// (waiters) or by the clock.
func knotOutstanding(waiters bool) bool {
	if (waiters || knotNextTimer() != 0) && knotChildren() {
		return true
	}
	return knotHandoffs != 0 && knotUserOut()
}

// knotUserOut looks for a goroutine of the program in a system call, or on its way back from one.
func knotUserOut() bool {
	found := false
	forEachG(func(gp *g) {
		if knotKind(gp) != knotKindUser || gp == knot.driver.ptr() {
			return
		}
		switch readgstatus(gp) &^ _Gscan {
		case _Gsyscall:
			// A thread of C's that has called before may call again: knotForeignThread.
			found = found || !gp.m.isextra || gp.m.ncgo != 0
		case _Grunning, _Grunnable:
			// On its way back from a system call, and not yet where we look for it.
			found = found || gp.knot.readyIdx < 0
		}
	})
	return found
}

// knotSomebodyOut reports whether any goroutine but the caller, and be it one of the runtime's own, is in a
// system call. When it comes back without a P it takes that of whoever is in a system call then: nobody hands
// it off.
func knotSomebodyOut() bool {
	self, found := getg(), false
	forEachG(func(gp *g) {
		switch readgstatus(gp) &^ _Gscan {
		case _Gsyscall:
			found = true
		case _Grunning:
			found = found || gp != self
		}
	})
	return found
}

// knotVain are the looks at the network in a row that brought nothing.
var knotVain struct {
	run                  uint64
	tick, waiters, count uint32 // system calls and waiters then; looks, one more when all listen
}

// knotVainMax is after how many of them it matters who waits.
const knotVainMax = 16

// knotMayCome reports whether it is worth a moment to wait for the network before virtual time goes on. It is not where
// all who wait listen, and for knotVainMax such moments nobody has made a system call: the program is connecting to none
// of them, no thread of C's is there to do so, and a child that might is outstanding. Who comes from elsewhere is seen
// by the look before the moment.
func knotMayCome(pp *p) bool {
	v := &knotVain
	tick, waiters := pp.syscalltick, netpollWaiters.Load()
	if v.run != knot.run || v.tick != tick || v.waiters != waiters {
		v.run, v.tick, v.waiters, v.count = knot.run, tick, waiters, 0
	}
	switch {
	case v.count < knotVainMax:
		v.count++
		return true
	case v.count == knotVainMax && knotAllListen() && !knotForeignThread():
		v.count++
	case v.count == knotVainMax:
		v.count = 0 // ask again: a thread of Go's that has just begun counts as one of C's
	}
	return v.count <= knotVainMax
}

// knotWaitNs is how long to wait, in real time, when nothing but the network can bring anything.
func knotWaitNs(pp *p) int64 {
	if knotMayCome(pp) {
		return knotExternalMaxNs
	}
	return knotListenMaxNs
}

// knotAllListen reports whether those who wait for the network all wait for somebody to connect.
func knotAllListen() bool {
	all := true
	forEachG(func(gp *g) {
		if readgstatus(gp)&^_Gscan != _Gwaiting || gp.waitreason != waitReasonIOWait {
			return
		}
		k := &gp.knot
		all = all && k.run == knot.run && k.pendOp == knotOpIo && k.pendPrim != 0 &&
			knotListens((*pollDesc)(unsafe.Pointer(k.pendPrim)).fd)
	})
	return all
}

func knotListens(fd uintptr) bool {
	const (
		sysGetsockopt = 55
		solSocket     = 1
		soAcceptconn  = 30
	)
	var value [1]int32
	size := [1]uint32{4}
	errno := knotSyscall6(sysGetsockopt, fd, solSocket, soAcceptconn, uintptr(unsafe.Pointer(&value)), uintptr(unsafe.Pointer(&size)), 0)
	return errno == 0 && value[0] != 0
}
