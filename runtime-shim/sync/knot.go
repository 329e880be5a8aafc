// SPDX-License-Identifier: BSD-2-Clause

package sync

import (
	"internal/race"
	"sync/atomic"
	"unsafe"
)

// The methods of package sync, each behind a scheduling point. The overlay renames the originals to
// knotOrig<Name>, or gives those that are never inlined the call of knotOpEntry themselves.
//
// Where the original has a fast path that the compiler inlines, so does the method here: a face, which does the same to
// the primitive and goes on to a slow path when that fails, or when goknot is attached. The overlay is not made
// for a release whose fast path is another one. What calls knotOpEntry must be a frame of its own, and called by none but the
// program's or a face's: the runtime finds the program's position behind it, faces left out (knotIsFace). So there is no function
// between the two to make a call of: with -race the compiler inlines none of package sync.
//
// Once.Do is a face by an edit, since it calls the program back: who is called sees the frames of the original, Do and doSlow.

// knotHooksOn: goknot is attached. It is set before the first goroutine runs and stays what it is: a face and its
// slow path see the same.
//
//go:linkname knotHooksOn runtime.knotHooksOn
var knotHooksOn bool

// The two entries are in package runtime. Addresses are passed as uintptr so that nothing escapes.
//
//go:linkname knotOpEntry
func knotOpEntry(op uint8, addr uintptr)

//go:linkname knotDoneEntry
func knotDoneEntry(op uint8, addr uintptr)

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
func (m *Mutex) Lock() {
	if race.Enabled || knotHooksOn || !atomic.CompareAndSwapInt32((*int32)(unsafe.Pointer(m)), 0, 1) {
		m.knotLock()
	}
}

//go:noinline
func (m *Mutex) knotLock() {
	if knotHooksOn {
		knotOpEntry(knotLock, uintptr(unsafe.Pointer(m)))
	}
	m.knotOrigLock()
	if knotHooksOn {
		knotDoneEntry(knotLock, uintptr(unsafe.Pointer(m)))
	}
}

// TryLock tries to lock m. See the original.
//
//go:noinline
func (m *Mutex) TryLock() bool {
	if knotHooksOn {
		knotOpEntry(knotTryLock, uintptr(unsafe.Pointer(m)))
	}
	if m.knotOrigTryLock() {
		if knotHooksOn {
			knotDoneEntry(knotTryLock, uintptr(unsafe.Pointer(m)))
		}
		return true
	}
	return false
}

// Unlock unlocks m. See the original.
func (m *Mutex) Unlock() {
	if race.Enabled || knotHooksOn || !atomic.CompareAndSwapInt32((*int32)(unsafe.Pointer(m)), 1, 0) {
		m.knotUnlock()
	}
}

//go:noinline
func (m *Mutex) knotUnlock() {
	if knotHooksOn {
		knotOpEntry(knotUnlock, uintptr(unsafe.Pointer(m)))
	}
	m.knotOrigUnlock()
}

// RLock locks rw for reading. See the original.
func (rw *RWMutex) RLock() {
	if race.Enabled || knotHooksOn || rw.readerCount.Add(1) < 0 {
		rw.knotRLock()
	}
}

//go:noinline
func (rw *RWMutex) knotRLock() {
	if !race.Enabled && !knotHooksOn {
		// The face has counted this reader; a writer is pending.
		runtime_SemacquireRWMutexR(&rw.readerSem, false, 1)
		return
	}
	if knotHooksOn {
		knotOpEntry(knotRLock, uintptr(unsafe.Pointer(rw)))
	}
	rw.knotOrigRLock()
	if knotHooksOn {
		knotDoneEntry(knotRLock, uintptr(unsafe.Pointer(rw)))
	}
}

// TryRLock tries to lock rw for reading. See the original.
//
//go:noinline
func (rw *RWMutex) TryRLock() bool {
	if knotHooksOn {
		knotOpEntry(knotTryRLock, uintptr(unsafe.Pointer(rw)))
	}
	if rw.knotOrigTryRLock() {
		if knotHooksOn {
			knotDoneEntry(knotTryRLock, uintptr(unsafe.Pointer(rw)))
		}
		return true
	}
	return false
}

// RUnlock undoes a single RLock. See the original.
func (rw *RWMutex) RUnlock() {
	r := int32(-1)
	if !race.Enabled && !knotHooksOn {
		r = atomic.AddInt32((*int32)(unsafe.Pointer(&rw.readerCount)), -1) // Add is as good, but beyond what is inlined
	}
	if r < 0 {
		rw.knotRUnlock(r)
	}
}

// knotRUnlock goes on with r readers, which the face has counted unless goknot is attached.
//
//go:noinline
func (rw *RWMutex) knotRUnlock(r int32) {
	if !race.Enabled && !knotHooksOn {
		rw.rUnlockSlow(r)
		return
	}
	if knotHooksOn {
		knotOpEntry(knotRUnlock, uintptr(unsafe.Pointer(rw)))
	}
	rw.knotOrigRUnlock()
}

// TryLock tries to lock rw for writing. See the original.
//
//go:noinline
func (rw *RWMutex) TryLock() bool {
	if knotHooksOn {
		knotOpEntry(knotTryLock, uintptr(unsafe.Pointer(rw)))
	}
	if rw.knotOrigTryLock() {
		if knotHooksOn {
			knotDoneEntry(knotTryLock, uintptr(unsafe.Pointer(rw)))
		}
		return true
	}
	return false
}

// Add adds delta to the counter. See the original.
func (wg *WaitGroup) Add(delta int) { wg.knotAdd(delta, knotWgAdd) }

// Done decrements the counter. See the original.
func (wg *WaitGroup) Done() { wg.knotAdd(-1, knotWgDone) }
