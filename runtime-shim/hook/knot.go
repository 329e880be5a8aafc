// SPDX-License-Identifier: BSD-2-Clause

package structs

// What the inserted hooks call: they name the operation that follows. Everything happens in package
// runtime, which the race detector does not instrument; here are only thin faces, inlined.
//
// They live in package structs because an overlay cannot add a package to the standard library of every
// supported release (Go 1.23 and 1.24 look for it on the disk), and structs is there, imports nothing, and
// is nearly empty.

import "unsafe"

// on: goknot is attached and wants names. A hook that is off is a load and a branch, inlined.
//
//go:linkname on runtime.knotNamesOn
var on bool

// ends is the same for the hooks E, behind operations.
//
//go:linkname ends runtime.knotEndsOn
var ends bool

// atomics is the same for the hooks of atomic operations, which nothing in the runtime sees.
//
//go:linkname atomics runtime.knotHooksOn
var atomics bool

// A send on one of these two is a call of the runtime: see knotSends. For the compiler's inliner a call costs
// 57 of a budget of 80, a send 1. Functions with hooks are inlined where they would be without them.
//
//go:linkname calls runtime.knotHookCalls
var calls chan uint64

//go:linkname points runtime.knotHookPoints
var points chan point

// point is an atomic operation, and on what.
type point struct {
	call uint64
	addr uintptr
}

// What is sent is 8 bits of operation, 32 bits of site, and this behind an operation.
const behind = 1 << 40

// P names the operation that follows directly and returns its operand.
func P[T any](id uint32, op uint8, v T) T {
	if on {
		calls <- uint64(id)<<8 | uint64(op)
	}
	return v
}

// B names the next operation of kind op.
func B(id uint32, op uint8) {
	if on {
		calls <- uint64(id)<<8 | uint64(op)
	}
}

// S names a select and its first case, and returns the channel of that.
func S[T any](sel, id uint32, op uint8, v T) T {
	const opSelect = 8
	if on {
		calls <- uint64(sel)<<8 | opSelect
		calls <- uint64(id)<<8 | uint64(op)
	}
	return v
}

// A ends the operation.
func A(id uint32, op uint8) {
	if on {
		calls <- behind | uint64(id)<<8 | uint64(op)
	}
}

// E ends an operation that is sure to have taken its name. Nobody wants to hear of that in native mode without a chain.
func E(id uint32, op uint8) {
	if ends {
		calls <- behind | uint64(id)<<8 | uint64(op)
	}
}

// EV is E and returns the operation's result.
func EV[T any](id uint32, op uint8, v T) T {
	if ends {
		calls <- behind | uint64(id)<<8 | uint64(op)
	}
	return v
}

// AP is the scheduling point before an atomic operation on *p.
func AP[T any](id uint32, op uint8, p *T) *T {
	if atomics {
		points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(p))}
	}
	return p
}

// AX is the same behind v, an argument of the operation.
func AX[T, V any](id uint32, op uint8, p *T, v V) V {
	if atomics {
		points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(p))}
	}
	return v
}

// D is a deferred niladic operation, where DM cannot be. Who is not asked for the name is not told of the end.
func D(id uint32, op uint8, f func()) {
	if !on {
		f()
		return
	}
	calls <- uint64(id)<<8 | uint64(op)
	f()
	calls <- behind | uint64(id)<<8 | uint64(op)
}

// DM is a deferred method of *p. It is inlined with f in it, so that neither a method value is made nor p escapes.
func DM[T any](id uint32, op uint8, f func(*T), p *T) {
	if !on {
		f(p)
		return
	}
	calls <- uint64(id)<<8 | uint64(op)
	f(p)
	if ends {
		calls <- behind | uint64(id)<<8 | uint64(op)
	}
}

// DClose is a deferred close. ch holds a channel, whose word is the channel itself.
func DClose(id uint32, ch any) {
	const opClose = 6
	if on {
		calls <- uint64(id)<<8 | opClose
	}
	closeChan((*[2]unsafe.Pointer)(unsafe.Pointer(&ch))[1])
	if ends {
		calls <- behind | uint64(id)<<8 | opClose
	}
}

//go:linkname closeChan
func closeChan(c unsafe.Pointer)
