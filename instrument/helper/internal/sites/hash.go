// SPDX-License-Identifier: BSD-2-Clause

package sites

import (
	"hash/fnv"
	"strconv"
)

// Key is what the hash of a site is made of (fuzzer/base/hash.h).
type Key struct {
	Pkg  string // import path as in the symbol names of its functions
	Base string // base name of the file
	Line int
	Op   Op // after Hashed
}

// Hash is the number of the nth site with this key.
func (k Key) Hash(nth int) uint32 {
	h := fnv.New32a()
	text := k.Pkg + "/" + k.Base + ":" + strconv.Itoa(k.Line) + ":" + strconv.Itoa(int(k.Op)) + ":" + strconv.Itoa(nth)
	h.Write([]byte(text))
	if sum := h.Sum32(); sum != 0 {
		return sum
	}
	return 1
}
