// SPDX-License-Identifier: BSD-2-Clause

// Package structs holds the inserted calls, doing nothing: what they wrap must behave as if they were not there.
package structs

import "reflect"

func P[T any](id uint32, op uint8, v T) T           { return v }
func B(id uint32, op uint8)                         {}
func A(id uint32, op uint8)                         {}
func AV[T any](id uint32, op uint8, v T) T          { return v }
func AP[T any](id uint32, op uint8, p *T) *T        { return p }
func AX[T, V any](id uint32, op uint8, p *T, v V) V { return v }
func D(id uint32, op uint8, f func())               { f() }
func DClose(id uint32, ch any)                      { reflect.ValueOf(ch).Close() }
