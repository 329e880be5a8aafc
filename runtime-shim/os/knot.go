// SPDX-License-Identifier: BSD-2-Clause

package os

import "unsafe"

// knotCaptured is what an example prints to. The order of prints is what it is about, so each is a scheduling
// point; a file that nothing ever waits for has none of its own.
var knotCaptured *File

// In package runtime.
func knotPrints(f unsafe.Pointer)

// knotCapture is testing.knotCapture.
//
//go:linkname knotCapture testing.knotCapture
func knotCapture(f *File) { knotCaptured = f }
