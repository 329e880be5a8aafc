// SPDX-License-Identifier: BSD-2-Clause

package rand

import _ "unsafe" // for linkname

// knotFirst is the generator behind the functions of this package when the first run of the process began. It may have a seed
// of its own, by an init or since the module is an old one: then a run must not draw from where the runs before have left
// it. What a run sets as the seed is gone with it.
var knotFirst struct {
	known bool
	rand  *Rand
	self  Rand
	state rngSource
}

// In package runtime.
//
//go:linkname knotAtRun runtime.knotAtRun
func knotAtRun(f func())

func init() { knotAtRun(knotBegin) }

// knotBegin is called at the beginning of each run. The race detector is not to take it for one of the program's accesses.
//
//go:norace
func knotBegin() {
	k := &knotFirst
	if !k.known {
		k.known, k.rand = true, globalRandGenerator.Load()
	} else if globalRandGenerator.Load() != k.rand {
		globalRandGenerator.Store(k.rand)
	}
	if k.rand == nil {
		return
	}
	src, ok := k.rand.src.(*lockedSource)
	if !ok || src.s == nil {
		return
	}
	if k.self.src == nil {
		k.self, k.state = *k.rand, *src.s
	} else {
		*k.rand, *src.s = k.self, k.state
	}
}
