// SPDX-License-Identifier: BSD-2-Clause

package testing

import (
	"runtime"
	_ "unsafe" // for the functions of package runtime
)

// The per-test loop: runTests asks knotMore for every round, runs exactly one test in it with a root and a
// tRunner of its own, and reports through knotEnd; runFuzzTests does the same for a fuzz target, with an fRunner.
// The goroutine that does so is the driver.

//go:linkname knotAttached
func knotAttached() bool

//go:linkname knotTerse
func knotTerse() bool

//go:linkname knotNext
func knotNext() bool

//go:linkname knotRunBegin
func knotRunBegin()

//go:linkname knotRunEnd
func knotRunEnd(failed, skipped bool)

//go:linkname knotFailed
func knotFailed() bool

//go:linkname knotFailedWith
func knotFailedWith(text string)

//go:linkname knotNoTest
func knotNoTest()

var (
	knotMatch   *matcher
	knotSkipped bool // the test of this round skipped itself
)

// knotMore is the condition of the loops over -test.count of the tests and of the fuzz targets. targets is what
// there is of the kind; who has none leaves the rounds to the other.
func knotMore(i, count uint, targets int) bool {
	if !knotAttached() {
		return i < count
	}
	if targets == 0 {
		return false
	}
	if knotMatch != nil {
		knotMatch.clearSubNames()
	}
	return knotNext()
}

// knotMatcher makes the matcher once: its regular expressions do not change from round to round.
func knotMatcher(m func() *matcher) *matcher {
	if !knotAttached() {
		return m()
	}
	if knotMatch == nil {
		knotMatch = m()
	}
	return knotMatch
}

// knotFullName is what the matcher said about the test of this process.
var knotFullName struct {
	asked, name string
	ok, partial bool
}

// fullName matches names against the flags. See the original. It is asked about the one test in every round.
func (m *matcher) fullName(c *common, subname string) (name string, ok, partial bool) {
	if m != knotMatch || c == nil || c.level > 0 {
		return m.knotOrigFullName(c, subname)
	}
	k := &knotFullName
	if k.asked != subname {
		k.name, k.ok, k.partial = m.knotOrigFullName(c, subname)
		k.asked = subname
	}
	return k.name, k.ok, k.partial
}

// knotNothingToReport spares a test that nobody hears about the making of its message. An example has told.
func knotNothingToReport(t *T) bool {
	return knotTerse() && t.chatty == nil && (knotTarget.example || !t.Failed())
}

// knotFail is called first by Fail. The last thing that the test has logged says what is wrong; it is kept for a run
// that does not come to the end at which it would be printed. No lock is taken, which others could notice: it is
// asked for under control only, where nobody else runs.
func knotFail(c *common) {
	if !knotFailed() {
		return
	}
	from := -1
	for i := 0; i+4 < len(c.output); i++ {
		if (i == 0 || c.output[i-1] == '\n') && string(c.output[i:i+4]) == "    " && c.output[i+4] != ' ' {
			from = i + 4
		}
	}
	text := ""
	if from >= 0 {
		to := from
		for to < len(c.output) && c.output[to] != '\n' {
			to++
		}
		text = string(c.output[from:to])
	}
	knotFailedWith(text)
}

func knotBegin() {
	if knotAttached() {
		knotSkipped = false
		knotRunBegin()
	}
}

// knotSkip is called first by SkipNow. A test stands at level 1, its subtests below.
func knotSkip(c *common) {
	if c.level == 1 {
		knotSkipped = true
	}
}

func knotEnd(failed bool) {
	if knotAttached() {
		knotRunEnd(failed, knotSkipped)
	}
}

// The two stack walks of a top-level test are the same in every round: they are made once. At 100,000 rounds
// a second they would be the greater part of a round.
var (
	knotRunner  string
	knotCreator []uintptr
)

// knotCallerName is callerName(0) of tRunner.
func knotCallerName(skip int) string {
	if knotRunner == "" {
		knotRunner = callerName(skip + 1)
	}
	return knotRunner
}

// knotCallers is runtime.Callers of (*T).Run.
func knotCallers(t *T, skip int, pc []uintptr) int {
	if !knotAttached() || t.parent != nil {
		return runtime.Callers(skip+1, pc)
	}
	if knotCreator == nil {
		knotCreator = append([]uintptr(nil), pc[:runtime.Callers(skip+1, pc)]...)
	}
	return copy(pc, knotCreator)
}
