// SPDX-License-Identifier: BSD-2-Clause

//go:build race

package runtime

import "unsafe"

// The race detector (ThreadSanitizer) under the controlled scheduler.
//
// It knows happens-before from what the runtime and the program tell it, and nothing of our scheduler:
// nothing here or elsewhere in the shim may tell it of an order, but for knotRaceRunEnd. It writes each
// report once per process, to the file that goknot names in GORACE. At the end of a run the new part of the
// file goes to goknot and the run is marked. Package testing hears nothing of it, so that a test fails for
// its own reasons only.

var knotRace struct {
	told    int    // reports seen so far
	fd      int32  // the file, -1 = not yet there
	between uint64 // an address to release and acquire on
	path    [512]byte
	buf     [4096]byte
}

// knotRaceAttach finds the file for reports in the environment: log_path of GORACE, and the process' number.
func knotRaceAttach() {
	knotRace.fd = -1
	const key = "log_path='"
	s := gogetenv("GORACE")
	at := -1
	for i := 0; i+len(key) <= len(s); i++ {
		if s[i:i+len(key)] == key {
			at = i + len(key)
		}
	}
	if at < 0 {
		return
	}
	n := 0
	for i := at; i < len(s) && s[i] != '\'' && n < len(knotRace.path)-24; i++ {
		knotRace.path[n] = s[i]
		n++
	}
	knotRace.path[n] = '.'
	n++
	var digits [20]byte
	i := len(digits)
	for pid := uint64(getpid()); pid > 0; pid /= 10 {
		i--
		digits[i] = byte('0' + pid%10)
	}
	copy(knotRace.path[n:], digits[i:])
}

// RaceErrors is asked by package testing whether the test raced. See the original, which the overlay renames.
func RaceErrors() int {
	if knot.attached || knotNat.attached {
		return 0
	}
	return knotOrigRaceErrors()
}

// knotRaceNamed is told of each position that goes into a report. Sites of the standard library count lines from
// the head of their function, of which the report says nothing: so goknot looks for them in the table of sites.
// It runs on the system stack, under the detector's lock.
func knotRaceNamed(name, file string, line, head int32) {
	if !knot.on || !knotIsStd(name[:knotPkgLen(name)]) {
		return
	}
	for _, op := range [...]uint8{knotOpMemread, knotOpMemwrite} {
		if kind, site := knotSiteOf(name, file, int(line), int(head), op); kind != knotPCExempt {
			knotWriteSite(site, uint32(line), name, file)
		}
	}
}

// knotRaceOpen opens the file once it is there, and takes its name away: nothing is left when we die.
func knotRaceOpen() bool {
	if knotRace.fd >= 0 {
		return true
	}
	if knotRace.path[0] == 0 {
		return false
	}
	const oCloexec, sysUnlink = 0x80000, 87
	knotRace.fd = open(&knotRace.path[0], _O_RDONLY|oCloexec, 0)
	if knotRace.fd >= 0 {
		knotSyscall6(sysUnlink, uintptr(unsafe.Pointer(&knotRace.path[0])), 0, 0, 0, 0, 0)
	}
	return knotRace.fd >= 0
}

// knotRaceRead reads the next part of the file. It is valid until the next call.
func knotRaceRead() []byte {
	if !knotRaceOpen() {
		return nil
	}
	n := read(knotRace.fd, unsafe.Pointer(&knotRace.buf), int32(len(knotRace.buf)))
	if n <= 0 {
		return nil
	}
	return knotRace.buf[:n]
}

// knotRaceSkip forgets what was reported between two runs.
func knotRaceSkip() {
	knot.cur.raceStart = knot.hdr.raceHead
	knot.cur.raceHead = knot.hdr.raceHead
	if n := knotOrigRaceErrors(); n != knotRace.told {
		knotRace.told = n
		for len(knotRaceRead()) > 0 {
		}
	}
}

// knotRaceTake marks the run when something was reported in it, and passes the text on.
func knotRaceTake() {
	n := knotOrigRaceErrors()
	if n == knotRace.told {
		return
	}
	knotRace.told = n
	h, c := knot.hdr, knot.cur
	c.flags |= knotRunRace
	end := knotAtomicLoad(&h.raceTail) + knotRaceSlots
	for {
		text := knotRaceRead()
		if len(text) == 0 {
			break
		}
		for _, b := range text {
			if c.raceHead >= end {
				h.racesLost++
				continue
			}
			knot.races[c.raceHead%knotRaceSlots] = b
			c.raceHead++
		}
	}
	h.raceHead = c.raceHead
}

// What a goroutine of one run did is over when the next run begins, although nothing in the program orders
// the two. So every goroutine of a run releases when it ends, and the driver acquires between runs. Nobody
// acquires within a run: no order arises there.

func knotRaceExit() {
	if knot.on && knotKind(getg()) == knotKindUser || knotNat.on && getg().knot.run == knot.run {
		racereleasemerge(unsafe.Pointer(&knotRace.between))
	}
}

func knotRaceRunEnd() { raceacquire(unsafe.Pointer(&knotRace.between)) }
