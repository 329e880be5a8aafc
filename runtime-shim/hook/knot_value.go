// SPDX-License-Identifier: BSD-2-Clause

package structs

// What stands for an operation that is used as a value (or called by go, with arguments): f with the hooks around
// each call. The number in the name counts the parameters; R: f has a result.

import "unsafe"

// F0 is Lock, Done, Wait... of something as a value.
func F0(id uint32, op uint8, f func()) func() {
	return func() {
		if on {
			calls <- uint64(id)<<8 | uint64(op)
		}
		f()
		if on {
			calls <- behind | uint64(id)<<8 | uint64(op)
		}
	}
}

// F1 is Add of something, or a method expression of what F0 takes.
func F1[T any](id uint32, op uint8, f func(T)) func(T) {
	return func(a T) {
		if on {
			calls <- uint64(id)<<8 | uint64(op)
		}
		f(a)
		if on {
			calls <- behind | uint64(id)<<8 | uint64(op)
		}
	}
}

// F2 is a method expression of what F1 takes.
func F2[T, U any](id uint32, op uint8, f func(T, U)) func(T, U) {
	return func(a T, b U) {
		if on {
			calls <- uint64(id)<<8 | uint64(op)
		}
		f(a, b)
		if on {
			calls <- behind | uint64(id)<<8 | uint64(op)
		}
	}
}

// F0R is TryLock of something.
func F0R[R any](id uint32, op uint8, f func() R) func() R {
	return func() R {
		if on {
			calls <- uint64(id)<<8 | uint64(op)
		}
		r := f()
		if on {
			calls <- behind | uint64(id)<<8 | uint64(op)
		}
		return r
	}
}

// F1R is a method expression of what F0R takes.
func F1R[T, R any](id uint32, op uint8, f func(T) R) func(T) R {
	return func(a T) R {
		if on {
			calls <- uint64(id)<<8 | uint64(op)
		}
		r := f(a)
		if on {
			calls <- behind | uint64(id)<<8 | uint64(op)
		}
		return r
	}
}

// AF1R loads.
func AF1R[T, R any](id uint32, op uint8, f func(*T) R) func(*T) R {
	return func(a *T) R {
		if atomics {
			points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(a))}
		}
		return f(a)
	}
}

// AF2 stores.
func AF2[T, V any](id uint32, op uint8, f func(*T, V)) func(*T, V) {
	return func(a *T, b V) {
		if atomics {
			points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(a))}
		}
		f(a, b)
	}
}

// AF2R adds or swaps.
func AF2R[T, V, R any](id uint32, op uint8, f func(*T, V) R) func(*T, V) R {
	return func(a *T, b V) R {
		if atomics {
			points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(a))}
		}
		return f(a, b)
	}
}

// AF3R compares and swaps.
func AF3R[T, V, R any](id uint32, op uint8, f func(*T, V, V) R) func(*T, V, V) R {
	return func(a *T, b V, c V) R {
		if atomics {
			points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(a))}
		}
		return f(a, b, c)
	}
}

// AM0R loads from *p.
func AM0R[T, R any](id uint32, op uint8, p *T, f func() R) func() R {
	return func() R {
		if atomics {
			points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(p))}
		}
		return f()
	}
}

// AM1 stores to *p.
func AM1[T, V any](id uint32, op uint8, p *T, f func(V)) func(V) {
	return func(a V) {
		if atomics {
			points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(p))}
		}
		f(a)
	}
}

// AM1R adds to *p or swaps it.
func AM1R[T, V, R any](id uint32, op uint8, p *T, f func(V) R) func(V) R {
	return func(a V) R {
		if atomics {
			points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(p))}
		}
		return f(a)
	}
}

// AM2R compares *p and swaps it.
func AM2R[T, V, R any](id uint32, op uint8, p *T, f func(V, V) R) func(V, V) R {
	return func(a V, b V) R {
		if atomics {
			points <- point{uint64(id)<<8 | uint64(op), uintptr(unsafe.Pointer(p))}
		}
		return f(a, b)
	}
}
