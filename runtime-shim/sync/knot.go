// SPDX-License-Identifier: BSD-2-Clause

package sync

import "unsafe"

// The methods of package sync, each behind a scheduling point. The overlay renames the originals to
// knotOrig<Name>. A wrapper must stay a frame of its own: the runtime finds the program's position behind it.

// knotHooksOn: goknot is attached.
//
//go:linkname knotHooksOn runtime.knotHooksOn
var knotHooksOn bool

// The two entries are in package runtime. Addresses are passed as uintptr so that nothing escapes.
//
//go:linkname knotOpEntry
func knotOpEntry(op uint8, addr uintptr)

//go:linkname knotDoneEntry
func knotDoneEntry(op uint8, addr uintptr)

func knotOp(op uint8, addr uintptr) {
	if knotHooksOn {
		knotOpEntry(op, addr)
	}
}

func knotDone(op uint8, addr uintptr) {
	if knotHooksOn {
		knotDoneEntry(op, addr)
	}
}

// Numbers of KNOT_OP_* in fuzzer/wire/abi.h.
const (
	knotLock      = 12
	knotUnlock    = 13
	knotTryLock   = 14
	knotRLock     = 15
	knotRUnlock   = 16
	knotTryRLock  = 17
	knotWgAdd     = 18
	knotWgDone    = 19
	knotWgWait    = 20
	knotCondWait  = 22
	knotSignal    = 23
	knotBroadcast = 24
	knotOnce      = 25
)

// Lock locks m. See the original.
//
//go:noinline
func (m *Mutex) Lock() {
	knotOp(knotLock, uintptr(unsafe.Pointer(m)))
	m.knotOrigLock()
	knotDone(knotLock, uintptr(unsafe.Pointer(m)))
}

// TryLock tries to lock m. See the original.
//
//go:noinline
func (m *Mutex) TryLock() bool {
	knotOp(knotTryLock, uintptr(unsafe.Pointer(m)))
	if m.knotOrigTryLock() {
		knotDone(knotTryLock, uintptr(unsafe.Pointer(m)))
		return true
	}
	return false
}

// Unlock unlocks m. See the original.
//
//go:noinline
func (m *Mutex) Unlock() {
	knotOp(knotUnlock, uintptr(unsafe.Pointer(m)))
	m.knotOrigUnlock()
}

// RLock locks rw for reading. See the original.
//
//go:noinline
func (rw *RWMutex) RLock() {
	knotOp(knotRLock, uintptr(unsafe.Pointer(rw)))
	rw.knotOrigRLock()
	knotDone(knotRLock, uintptr(unsafe.Pointer(rw)))
}

// TryRLock tries to lock rw for reading. See the original.
//
//go:noinline
func (rw *RWMutex) TryRLock() bool {
	knotOp(knotTryRLock, uintptr(unsafe.Pointer(rw)))
	if rw.knotOrigTryRLock() {
		knotDone(knotTryRLock, uintptr(unsafe.Pointer(rw)))
		return true
	}
	return false
}

// RUnlock undoes a single RLock. See the original.
//
//go:noinline
func (rw *RWMutex) RUnlock() {
	knotOp(knotRUnlock, uintptr(unsafe.Pointer(rw)))
	rw.knotOrigRUnlock()
}

// Lock locks rw for writing. See the original.
//
//go:noinline
func (rw *RWMutex) Lock() {
	knotOp(knotLock, uintptr(unsafe.Pointer(rw)))
	rw.knotOrigLock()
	knotDone(knotLock, uintptr(unsafe.Pointer(rw)))
}

// TryLock tries to lock rw for writing. See the original.
//
//go:noinline
func (rw *RWMutex) TryLock() bool {
	knotOp(knotTryLock, uintptr(unsafe.Pointer(rw)))
	if rw.knotOrigTryLock() {
		knotDone(knotTryLock, uintptr(unsafe.Pointer(rw)))
		return true
	}
	return false
}

// Unlock unlocks rw for writing. See the original.
//
//go:noinline
func (rw *RWMutex) Unlock() {
	knotOp(knotUnlock, uintptr(unsafe.Pointer(rw)))
	rw.knotOrigUnlock()
}

// Add adds delta to the counter. See the original.
//
//go:noinline
func (wg *WaitGroup) Add(delta int) {
	knotOp(knotWgAdd, uintptr(unsafe.Pointer(wg)))
	wg.knotOrigAdd(delta)
}

// Done decrements the counter. See the original.
//
//go:noinline
func (wg *WaitGroup) Done() {
	knotOp(knotWgDone, uintptr(unsafe.Pointer(wg)))
	wg.knotOrigAdd(-1)
}

// Wait blocks until the counter is zero. See the original.
//
//go:noinline
func (wg *WaitGroup) Wait() {
	knotOp(knotWgWait, uintptr(unsafe.Pointer(wg)))
	wg.knotOrigWait()
}

// Wait unlocks c.L, waits and locks it again. See the original.
//
//go:noinline
func (c *Cond) Wait() {
	knotOp(knotCondWait, uintptr(unsafe.Pointer(c)))
	c.knotOrigWait()
}

// Signal wakes one waiter. See the original.
//
//go:noinline
func (c *Cond) Signal() {
	knotOp(knotSignal, uintptr(unsafe.Pointer(c)))
	c.knotOrigSignal()
}

// Broadcast wakes all waiters. See the original.
//
//go:noinline
func (c *Cond) Broadcast() {
	knotOp(knotBroadcast, uintptr(unsafe.Pointer(c)))
	c.knotOrigBroadcast()
}

// Do calls f once. See the original.
//
//go:noinline
func (o *Once) Do(f func()) {
	knotOp(knotOnce, uintptr(unsafe.Pointer(o)))
	o.knotOrigDo(f)
}
