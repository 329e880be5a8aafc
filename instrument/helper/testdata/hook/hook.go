// SPDX-License-Identifier: BSD-2-Clause

// Package structs holds the inserted calls, doing nothing: what they wrap must behave as if they were not there.
package structs

import "reflect"

func P[T any](id uint32, op uint8, v T) T             { return v }
func B(id uint32, op uint8)                           {}
func S[T any](sel, id uint32, op uint8, v T) T        { return v }
func A(id uint32, op uint8)                           {}
func E(id uint32, op uint8)                           {}
func EV[T any](id uint32, op uint8, v T) T            { return v }
func AP[T any](id uint32, op uint8, p *T) *T          { return p }
func AX[T, V any](id uint32, op uint8, p *T, v V) V   { return v }
func D(id uint32, op uint8, f func())                 { f() }
func DM[T any](id uint32, op uint8, f func(*T), p *T) { f(p) }
func DClose(id uint32, ch any)                        { reflect.ValueOf(ch).Close() }

func F0(id uint32, op uint8, f func()) func()                                    { return f }
func F1[T any](id uint32, op uint8, f func(T)) func(T)                           { return f }
func F2[T, U any](id uint32, op uint8, f func(T, U)) func(T, U)                  { return f }
func F0R[R any](id uint32, op uint8, f func() R) func() R                        { return f }
func F1R[T, R any](id uint32, op uint8, f func(T) R) func(T) R                   { return f }
func AF1R[T, R any](id uint32, op uint8, f func(*T) R) func(*T) R                { return f }
func AF2[T, V any](id uint32, op uint8, f func(*T, V)) func(*T, V)               { return f }
func AF2R[T, V, R any](id uint32, op uint8, f func(*T, V) R) func(*T, V) R       { return f }
func AF3R[T, V, R any](id uint32, op uint8, f func(*T, V, V) R) func(*T, V, V) R { return f }
func AM0R[T, R any](id uint32, op uint8, p *T, f func() R) func() R              { return f }
func AM1[T, V any](id uint32, op uint8, p *T, f func(V)) func(V)                 { return f }
func AM1R[T, V, R any](id uint32, op uint8, p *T, f func(V) R) func(V) R         { return f }
func AM2R[T, V, R any](id uint32, op uint8, p *T, f func(V, V) R) func(V, V) R   { return f }

func POut[T any](id uint32, op uint8, v T) T           { return P(id, op, v) }
func BOut(id uint32, op uint8)                         { B(id, op) }
func SOut[T any](sel, id uint32, op uint8, v T) T      { return S(sel, id, op, v) }
func AOut(id uint32, op uint8)                         { A(id, op) }
func EOut(id uint32, op uint8)                         { E(id, op) }
func EVOut[T any](id uint32, op uint8, v T) T          { return EV(id, op, v) }
func APOut[T any](id uint32, op uint8, p *T) *T        { return AP(id, op, p) }
func AXOut[T, V any](id uint32, op uint8, p *T, v V) V { return AX(id, op, p, v) }
