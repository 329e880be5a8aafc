// SPDX-License-Identifier: BSD-2-Clause

package structs

// What the inserted hooks call: they name the operation that follows. Everything happens in package
// runtime, which the race detector does not instrument; here are only thin, inlinable faces.
//
// They live in package structs because an overlay cannot add a package to the standard library of every
// supported release (Go 1.23 and 1.24 look for it on the disk), and structs is there, imports nothing, and
// is nearly empty.

import "unsafe"

// on: goknot is attached. A hook that is off is a load and a branch, inlined.
//
//go:linkname on runtime.knotHooksOn
var on bool

//go:linkname before
func before(id uint32, op uint8)

//go:linkname after
func after(id uint32, op uint8)

//go:linkname atomicOp
func atomicOp(id uint32, op uint8, addr uintptr)

// P names the operation that follows directly and returns its operand.
func P[T any](id uint32, op uint8, v T) T {
	if on {
		before(id, op)
	}
	return v
}

// B names the next operation of kind op.
func B(id uint32, op uint8) {
	if on {
		before(id, op)
	}
}

// A ends the operation.
func A(id uint32, op uint8) {
	if on {
		after(id, op)
	}
}

// AV ends the operation and returns its result.
func AV[T any](id uint32, op uint8, v T) T {
	if on {
		after(id, op)
	}
	return v
}

// AP is the scheduling point before an atomic operation on *p.
func AP[T any](id uint32, op uint8, p *T) *T {
	if on {
		atomicOp(id, op, uintptr(unsafe.Pointer(p)))
	}
	return p
}

// AX is the same behind v, an argument of the operation.
func AX[T, V any](id uint32, op uint8, p *T, v V) V {
	if on {
		atomicOp(id, op, uintptr(unsafe.Pointer(p)))
	}
	return v
}

// D is a deferred niladic operation.
func D(id uint32, op uint8, f func()) {
	if on {
		before(id, op)
	}
	f()
	if on {
		after(id, op)
	}
}

// DClose is a deferred close. ch holds a channel, whose word is the channel itself.
func DClose(id uint32, ch any) {
	const opClose = 6
	if on {
		before(id, opClose)
	}
	closeChan((*[2]unsafe.Pointer)(unsafe.Pointer(&ch))[1])
	if on {
		after(id, opClose)
	}
}

//go:linkname closeChan
func closeChan(c unsafe.Pointer)
