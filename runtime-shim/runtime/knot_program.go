// SPDX-License-Identifier: BSD-2-Clause

package runtime

// A program as one run: from before the packages are initialised to the return of main.main, or to os.Exit. The main
// goroutine is the root of the run, on the main thread, where the program may want it; there is no driver. What the
// packages do when they are initialised belongs to the run: it is there that a goroutine is started which the program
// talks to later, and the run can only be followed from where it begins. When main.main returns the process ends, so
// goroutines that are left are no leak.

// knotIsProgram reports whether the process runs a program for goknot, and not tests.
func knotIsProgram() bool {
	return (knot.attached || knotNat.attached) && knot.hdr.cfgFlags&knotCfgProgram != 0
}

// knotProgramBegin is called by runtime.main when the runtime itself is ready and nothing else is.
func knotProgramBegin() {
	if !knotIsProgram() {
		return
	}
	if !knotNextRun() {
		knotLeave()
	}
	knot.req.count = 1 // the process ends with its run
	gp := getg()
	if knotNat.attached {
		knotNatBegin()
		knot.driver = 0
		knot.rootSeen = true
		knot.cur.flags |= knotRunProgram
		lock(&knotNat.mu)
		knotNatAdopt(gp, knotPathRoot, knotGNone, 0, 0, 0)
		unlock(&knotNat.mu)
		gp.knot.counted = true
		knotNat.alive.Add(1)
		return
	}
	knotRunBegin()
	knot.driver = 0
	knot.rootSeen = true
	knot.cur.flags |= knotRunProgram
	gp.knot = knotG{readyIdx: -1, kind: knotKindUser}
	knotAdopt(gp, knotPathRoot, knotGNone, 0, 0, 0)
	gp.knot.counted = true
	knot.alive++
	gp.knot.pendOp = knotOpStart
	knotArrive(gp)
}

// knotProgramEnd is called when main.main has returned, and by os.Exit(0).
func knotProgramEnd() {
	if !knotIsProgram() || !knot.on && !knotNat.on {
		return
	}
	// Whoever is panicking is let finish, as runtime.main does. The yield is the program's: others run meanwhile.
	for i := 0; i < 1000 && runningPanicDefers.Load() != 0; i++ {
		Gosched()
	}
	if n := &knotNat; n.on {
		if !n.taken.CompareAndSwap(0, 1) {
			gopark(nil, nil, waitReasonZero, traceBlockForever, 1) // the watcher ends the run, and the process
		}
		knotNatRelease()
		knotProbeMark(knotProbeEnd)
		n.on, n.rec, n.bloom = false, false, 0
		knotNatLearn()
		knotNatResult(knotEndOk, 0)
	} else {
		if knot.forced {
			knotOrigGosched() // for good: the reporter ends the process
		}
		knotSetOff()
		knotResult(knotEndOk, 0)
	}
	knot.hdr.state = knotStateEnded
}

// knotProgramExit gives os.Exit(n) a position: the first outside packages os, log and the like. Like that of a failed
// test it stands in the pre-bucket, as a site.
func knotProgramExit() {
	var pcs [32]uintptr
	n := callers(1, pcs[:])
	for _, pc := range pcs[:n] {
		f := findfunc(pc)
		name := funcname(f)
		switch name[:knotPkgLen(name)] {
		case "runtime", "os", "log", "flag", "log/slog":
			continue
		}
		file, line := funcline(f, pc-1)
		knotEndSite(knotEndOsexit, name, file, line)
		return
	}
}
