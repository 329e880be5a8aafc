// SPDX-License-Identifier: BSD-2-Clause

//go:build !go1.25

package runtime

// knotGlobrunqget takes the next goroutine from the global queue.
func knotGlobrunqget() *g {
	lock(&sched.lock)
	gp := sched.runq.pop()
	if gp != nil {
		sched.runqsize--
	}
	unlock(&sched.lock)
	return gp
}

// knotCPUs is the number of processors the machine has.
func knotCPUs() int32 { return ncpu }
