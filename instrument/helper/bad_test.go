// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"goknot/helper/internal/golist"
)

// TestTargetErrors: what is wrong with the target is told in one line, with exit code 2, and nothing is written.
func TestTargetErrors(t *testing.T) {
	here := `"ImportPath":"m/a","Name":"a","Dir":"` + t.TempDir() + `","Module":{"Path":"m","Main":true},`
	for list, want := range map[string]string{
		`{"ImportPath":"./...","Error":{"Err":"pattern ./...: open sub: permission denied"}}`:    "pattern ./...: open sub: permission denied",
		`{"ImportPath":"./x","Error":{"Err":"stat /x:\n\tnot found"}}`:                           "./x: stat /x: not found",
		`{` + here + `"GoFiles":["none.go"]}`:                                                    "go list names a file that cannot be read: open ",
		`{` + here + `"TestGoFiles":["none_test.go"]}`:                                           "go list names a file that cannot be read: open ",
		`{` + here + `"InvalidGoFiles":["a.go"],"Error":{"Err":"a.go:1:1: expected 'package'"}}`: "a.go:1:1: expected 'package'",
		// An error of a dependency, or of a package that is there, is the build's to tell.
		`{` + here + `"GoFiles":[],"Error":{"Err":"import cycle"}}{"ImportPath":"none","DepOnly":true,"Error":{"Err":"no such"}}`: "",
	} {
		dir := t.TempDir()
		var errs strings.Builder
		code := run([]string{"rewrite", "-out", dir + "/src", "-sites", dir + "/s", "-overlay", dir + "/o", "-tests", dir + "/t"}, strings.NewReader(list), &errs)
		if want == "" {
			if code != exitOK {
				t.Errorf("%s: %d %s", list, code, errs.String())
			}
			continue
		}
		if code != exitUsage || !strings.HasPrefix(errs.String(), "goknot helper: "+want) || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: %d %s", list, code, errs.String())
		}
		if made, err := os.ReadDir(dir); err != nil || len(made) > 0 {
			t.Errorf("%s: made %v, %v", list, made, err)
		}
	}
}

// TestPanic: a bug of a rule names the package it met.
func TestPanic(t *testing.T) {
	r := new(rewriter)
	u := &unit{targets: []golist.Target{{Package: &golist.Package{Dir: "/d"}, Path: "m/a"}}}
	err := each([]*unit{u}, func(u *unit) error { return r.rewrite(nil, u) })
	if !errors.As(err, new(*targetError)) || !strings.Contains(err.Error(), "package m/a in /d cannot be instrumented, which is a bug of goknot: ") {
		t.Errorf("%v", err)
	}
}

// TestNameNotUTF8: such a file is compiled as it is, and that is told.
func TestNameNotUTF8(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{
		"a.go":     "package main\n\nfunc main() { c := make(chan int, 1); put(c); print(<-c) }\n",
		"b\xff.go": "package main\n\nfunc put(c chan int) { c <- 1 }\n",
	})
	s.mustHelper(".")
	s.mustGo("build", s.buildOverlay(), "-o", s.path("prog"), ".")
	if got := output(t, s.path("prog")); got != "1" {
		t.Errorf("printed %q", got)
	}
	var table tableJSON
	s.read("sites.json", &table)
	if len(table.Sites) != 1 || len(table.Unplaced) != 1 || !strings.HasSuffix(table.Unplaced[0].File, "b\ufffd.go") {
		t.Errorf("sites %+v, unplaced %+v", table.Sites, table.Unplaced)
	}
}
