// SPDX-License-Identifier: BSD-2-Clause

package runtimeedit

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const shim = "../../../../runtime-shim"

// copyFiles makes a GOROOT that holds these files of the installed one only.
func copyFiles(t *testing.T, rels ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, rel := range rels {
		text, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "src", rel))
		if err != nil {
			t.Fatal(err)
		}
		write(t, root, rel, string(text))
	}
	return root
}

func write(t *testing.T, root, rel, text string) {
	t.Helper()
	path := filepath.Join(root, "src", rel)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// doctored is the file with the body of one function emptied, or with the function renamed.
func doctored(t *testing.T, root, rel, name string, empty bool) string {
	t.Helper()
	s, err := openSource(root, rel)
	if err != nil {
		t.Fatal(err)
	}
	f := s.fn(name)
	if f == nil {
		t.Fatalf("%s has no %s", rel, name)
	}
	if empty {
		s.replace(f.Body.Lbrace+1, f.Body.Rbrace, "\n")
	} else {
		s.replace(f.Name.Pos(), f.Name.End(), "goneFromThisRelease")
	}
	text, err := s.result()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func applyOne(root string, e edit, mayMiss bool) error {
	return apply(map[string]*source{}, root, []edit{e}, mayMiss)
}

func TestMissingFunctionIsNamed(t *testing.T) {
	for _, e := range edits {
		t.Run(e.file+" "+e.name, func(t *testing.T) {
			root := copyFiles(t, e.file)
			if err := applyOne(root, e, false); err != nil {
				t.Fatalf("the file of this release: %v", err)
			}
			write(t, root, e.file, doctored(t, root, e.file, e.name, false))
			err := applyOne(root, e, false)
			if err == nil {
				t.Fatal("edited, although the function is gone")
			}
			if !strings.Contains(err.Error(), e.name) || !strings.Contains(err.Error(), e.file) {
				t.Errorf("message names neither function nor file: %v", err)
			}
		})
	}
}

// The edits that look for something inside the function must say so when it is not there.
func TestChangedFunctionIsNamed(t *testing.T) {
	for file, names := range map[string][]string{
		"runtime/proc.go":        {"schedinit", "findRunnable", "newproc", "sysmon", "malg"},
		"runtime/select.go":      {"selectgo"},
		"runtime/time_nofake.go": {"nanotime"},
		"testing/testing.go":     {"runTests", "tRunner", "(*T).Run"},
	} {
		for _, name := range names {
			root := copyFiles(t, file)
			write(t, root, file, doctored(t, root, file, name, true))
			tried := false
			for _, e := range edits {
				if e.file != file || e.name != name {
					continue
				}
				tried = true
				err := applyOne(root, e, false)
				if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), file) {
					t.Errorf("%s with an empty body: error %v", name, err)
				}
			}
			if !tried {
				t.Errorf("no edit of %s in %s", name, file)
			}
		}
	}
}

func TestMissingFileIsNamed(t *testing.T) {
	root := t.TempDir()
	for _, e := range edits {
		if err := applyOne(root, e, false); err == nil || !strings.Contains(err.Error(), e.file) {
			t.Errorf("%s: error %v", e.file, err)
		}
	}
	for _, e := range optional {
		if err := applyOne(root, e, true); err != nil {
			t.Errorf("%s may be missing: %v", e.file, err)
		}
	}
}

func TestMissingTypeIsNamed(t *testing.T) {
	for rel, name := range map[string]string{"runtime/runtime2.go": "g", "runtime/chan.go": "hchan"} {
		root := copyFiles(t, "runtime/runtime2.go", "runtime/chan.go")
		text, err := os.ReadFile(filepath.Join(root, "src", rel))
		if err != nil {
			t.Fatal(err)
		}
		if err := addFields(map[string]*source{}, root); err != nil {
			t.Fatal(err)
		}
		write(t, root, rel, strings.Replace(string(text), "\ntype "+name+" struct {", "\ntype gee struct {", 1))
		if err := addFields(map[string]*source{}, root); err == nil || !strings.Contains(err.Error(), "type "+name+" in "+rel) {
			t.Errorf("error %v", err)
		}
	}
}

// The whole overlay of the installed release: every file parses, every file of the shim is there, and a second
// call writes nothing, since the build cache and running builds look at the files.
func TestOverlay(t *testing.T) {
	out := t.TempDir()
	replace, err := Overlay(runtime.GOROOT(), shim, out)
	if err != nil {
		t.Fatal(err)
	}
	stamp := map[string]os.FileInfo{}
	removals := 0
	for path, with := range replace {
		if !strings.HasPrefix(path, filepath.Join(runtime.GOROOT(), "src")) {
			t.Errorf("%s is not in GOROOT", path)
		}
		if with == "" {
			removals++
			continue
		}
		if stamp[with], err = os.Stat(with); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(with, ".go") {
			if _, err := parser.ParseFile(token.NewFileSet(), with, nil, 0); err != nil {
				t.Error(err)
			}
		}
	}
	if removals != len(removed) {
		t.Errorf("%d files removed, want %d", removals, len(removed))
	}
	for _, e := range edits {
		if replace[filepath.Join(runtime.GOROOT(), "src", e.file)] == "" {
			t.Errorf("%s is not in the overlay", e.file)
		}
	}
	added, err := filepath.Glob(shim + "/runtime/*.go")
	if err != nil || len(added) == 0 {
		t.Fatalf("no shim: %v", err)
	}
	for _, p := range added {
		if replace[filepath.Join(runtime.GOROOT(), "src/runtime", filepath.Base(p))] == "" {
			t.Errorf("%s is not in the overlay", p)
		}
	}
	if _, err := Overlay(runtime.GOROOT(), shim, out); err != nil {
		t.Fatal(err)
	}
	for with, before := range stamp {
		if after, err := os.Stat(with); err != nil || !after.ModTime().Equal(before.ModTime()) {
			t.Errorf("%s was written again (%v)", with, err)
		}
	}
}

// An edit must not move a line: the positions of panics and goroutine dumps are those of the user's GOROOT.
func TestLinesStay(t *testing.T) {
	root := copyFiles(t, "runtime/chan.go", "runtime/runtime2.go", "sync/mutex.go")
	open := map[string]*source{}
	for _, e := range edits {
		if e.file == "runtime/chan.go" || e.file == "sync/mutex.go" {
			if err := apply(open, root, []edit{e}, false); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := addFields(open, root); err != nil {
		t.Fatal(err)
	}
	delete(open, "runtime/runtime2.go") // which has no functions that anyone is shown
	if len(open) != 2 {
		t.Fatalf("%d files edited", len(open))
	}
	for rel, s := range open {
		text, err := s.result()
		if err != nil {
			t.Fatal(err)
		}
		if string(text) == string(s.text) {
			t.Errorf("%s is as it was", rel)
		}
		if got, want := strings.Count(string(text), "\n"), strings.Count(string(s.text), "\n"); got != want {
			t.Errorf("%s has %d lines, had %d", rel, got, want)
		}
	}
}

func TestOverlappingEditsFail(t *testing.T) {
	s, err := openSource(copyFiles(t, "sync/once.go"), "sync/once.go")
	if err != nil {
		t.Fatal(err)
	}
	f := s.fn("(*Once).Do")
	s.replace(f.Pos(), f.End(), "")
	s.replace(f.Name.Pos(), f.Name.End(), "x")
	if _, err := s.result(); err == nil || !strings.Contains(err.Error(), "overlap") {
		t.Errorf("error %v", err)
	}
}
