// SPDX-License-Identifier: BSD-2-Clause

package testing

import (
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
	"unsafe"
)

// What the rounds of this process run: one test, one example or one fuzz target on its seed corpus. An internal and
// an external test package may have one of the same name each; as with go test both run then.
var knotTarget struct {
	chosen  bool
	tests   []InternalTest // an example, too, made into a test
	fuzz    []InternalFuzzTarget
	example bool
}

// knotChoose is called first by (*M).Run.
func knotChoose(tests []InternalTest, fuzz []InternalFuzzTarget, examples []InternalExample) {
	k := &knotTarget
	if !knotAttached() || k.chosen {
		return
	}
	k.chosen = true
	name := os.Getenv("GOKNOT_TEST")
	for _, t := range tests {
		if t.Name == name {
			k.tests = append(k.tests, t)
		}
	}
	for _, f := range fuzz {
		if f.Name == name {
			k.fuzz = append(k.fuzz, f)
		}
	}
	for _, e := range examples {
		if e.Name == name {
			k.tests = append(k.tests, InternalTest{Name: name, F: func(t *T) { knotExample(t, e) }})
			k.example = true
		}
	}
	if k.tests == nil && k.fuzz == nil {
		knotNoTest()
	}
}

// knotTests is the list of tests of a round.
func knotTests(tests []InternalTest) []InternalTest {
	if !knotAttached() {
		return tests
	}
	knotChoose(tests, nil, nil) // for who calls RunTests without an M
	return knotTarget.tests
}

// knotFuzzTargets is the list of fuzz targets of a round.
func knotFuzzTargets(targets []InternalFuzzTarget) []InternalFuzzTarget {
	if !knotAttached() {
		return targets
	}
	return knotTarget.fuzz
}

// In package os.
//
//go:linkname knotCapture
func knotCapture(f *os.File)

//go:linkname knotFailedAt
func knotFailedAt(pc uintptr)

// knotExample is runExample, in the goroutine of a test of its own and with what is printed in a file in memory:
// a pipe with a goroutine that reads it would be something outside, and goroutines more.
func knotExample(t *T, e InternalExample) {
	stdout := os.Stdout
	to := knotMemoryFile()
	os.Stdout = to
	knotCapture(to)
	finished := false
	start := time.Now()
	defer func() {
		spent := time.Since(start)
		knotCapture(nil)
		os.Stdout = stdout
		out := knotContents(to)
		err := recover()
		if !e.processRunResult(out, spent, finished, err) {
			knotFailedAt(**(**uintptr)(unsafe.Pointer(&e.F)))
			t.Fail()
		}
	}()
	e.F()
	finished = true
}

func knotMemoryFile() *os.File {
	const memfdCreate, closeOnExec = 319, 1
	name := [1]byte{}
	fd, _, errno := syscall.Syscall(memfdCreate, uintptr(unsafe.Pointer(&name)), closeOnExec, 0)
	if errno != 0 {
		fmt.Fprintln(os.Stderr, "goknot: no file for what the example prints:", errno)
		os.Exit(3)
	}
	return os.NewFile(fd, "|1")
}

// knotContents closes the file.
func knotContents(f *os.File) string {
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return ""
	}
	text := make([]byte, st.Size())
	n, _ := io.ReadFull(io.NewSectionReader(f, 0, st.Size()), text)
	return string(text[:n])
}
