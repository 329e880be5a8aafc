// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// callingHook is AP as the shim has it: a call behind a branch.
const callingHook = `package structs

import "unsafe"

var on bool

var points chan [2]uintptr

func AP[T any](id uint32, op uint8, p *T) *T {
	if on {
		points <- [2]uintptr{uintptr(id), uintptr(unsafe.Pointer(p))}
	}
	return p
}

func AX[T, V any](id uint32, op uint8, p *T, v V) V {
	if on {
		points <- [2]uintptr{uintptr(id), uintptr(unsafe.Pointer(p))}
	}
	return v
}
`

var unchecked = regexp.MustCompile(`(?m)^leaf/leaf\.(\S+) STEXT .*\bnosplit\b`)

// uncheckedFunctions are those of package leaf that the compiler lets begin without a check of the stack.
func uncheckedFunctions(t *testing.T, s *sandbox, flags ...string) []string {
	t.Helper()
	_, errs, err := s.goCmd(append(append([]string{"build"}, flags...), "-gcflags=leaf/leaf=-S", "./leaf")...)
	if err != nil {
		t.Fatalf("%v: %s", err, errs)
	}
	names := make(map[string]bool)
	for _, m := range unchecked.FindAllStringSubmatch(errs, -1) {
		names[m[1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// TestLeaf: a function with hooked atomic operations is preempted at its start only when it was before.
func TestLeaf(t *testing.T) {
	src, err := os.ReadFile("testdata/rewrite/leaf/in.go")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("package main", "package leaf", "func main()", "func Main()").Replace(string(src))
	s := newSandbox(t, "1.23", map[string]string{"leaf/in.go": text})
	s.write("go.mod", "module leaf\n\ngo 1.23\n")
	s.mustHelper("./...")
	s.write("../hook.go", callingHook)
	var o overlayFile
	s.read("overlay.json", &o)
	o.Replace[filepath.Join(strings.TrimSpace(s.mustGo("env", "GOROOT")), "src/structs/knot.go")] = filepath.Join(filepath.Dir(s.dir), "hook.go")
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("build.json"), data, 0o666); err != nil {
		t.Fatal(err)
	}
	before := uncheckedFunctions(t, s)
	after := uncheckedFunctions(t, s, "-overlay="+s.path("build.json"))
	for _, name := range after {
		if !slices.Contains(before, name) {
			t.Errorf("%s had the check of the stack and has lost it", name)
		}
	}
	// No place for the directive, a comparison of strings, too many hooks, a closure, results that are no words: these have it now.
	lost := []string{"(*spin).noPlace", "(*counts).name", "(*counts).five", "(*counts).later.func1", "(*counts).big", "(*counts).value"}
	for _, name := range before {
		isGeneric := strings.HasPrefix(name, "generic[")
		if slices.Contains(after, name) == (slices.Contains(lost, name) || isGeneric) {
			t.Errorf("%s: the check of the stack at its start is not as expected", name)
		}
	}
	for _, name := range append(lost, "(*spin).Unlock", "(*counts).add") {
		if !slices.Contains(before, name) {
			t.Errorf("%s has the check without hooks", name)
		}
	}
}
