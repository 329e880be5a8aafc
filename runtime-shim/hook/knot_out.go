// SPDX-License-Identifier: BSD-2-Clause

package structs

// The same hooks, not inlined: for functions with so many that the compiler would take minutes over their branches.

// POut is P.
//
//go:noinline
func POut[T any](id uint32, op uint8, v T) T { return P(id, op, v) }

// BOut is B.
//
//go:noinline
func BOut(id uint32, op uint8) { B(id, op) }

// SOut is S.
//
//go:noinline
func SOut[T any](sel, id uint32, op uint8, v T) T { return S(sel, id, op, v) }

// AOut is A.
//
//go:noinline
func AOut(id uint32, op uint8) { A(id, op) }

// EOut is E.
//
//go:noinline
func EOut(id uint32, op uint8) { E(id, op) }

// EVOut is EV.
//
//go:noinline
func EVOut[T any](id uint32, op uint8, v T) T { return EV(id, op, v) }

// APOut is AP.
//
//go:noinline
func APOut[T any](id uint32, op uint8, p *T) *T { return AP(id, op, p) }

// AXOut is AX.
//
//go:noinline
func AXOut[T, V any](id uint32, op uint8, p *T, v V) V { return AX(id, op, p, v) }
