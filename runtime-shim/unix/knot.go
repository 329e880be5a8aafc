// SPDX-License-Identifier: BSD-2-Clause

package unix

import _ "unsafe" // for linkname

// knotRandomBytes fills p with what a controlled process has in place of the kernel's random bytes, which are what
// crypto/rand gives; false: this is none.
//
//go:linkname knotRandomBytes runtime.knotRandomBytes
//go:noescape
func knotRandomBytes(p []byte) bool
