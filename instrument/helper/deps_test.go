// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"goknot/helper/internal/deps"
)

// TestEmbedded: what is laid over a file is what go:embed sees, so a Go file that is embedded stays as it is.
func TestEmbedded(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{
		"main.go": "package main\n\nimport _ \"embed\"\n\n//go:embed self.go\nvar self string\n\nfunc main() { print(self); put() }\n",
		"self.go": "package main\n\nfunc put() { c := make(chan int, 1); c <- 1 }\n",
	})
	s.mustHelper(".")
	s.mustGo("build", s.buildOverlay(), "-o", s.path("prog"), ".")
	if got, want := output(t, s.path("prog")), "package main\n\nfunc put() { c := make(chan int, 1); c <- 1 }\n"; got != want {
		t.Errorf("embedded %q", got)
	}
	var table tableJSON
	s.read("sites.json", &table)
	if len(table.Unplaced) != 1 || !strings.Contains(table.Unplaced[0].Reason, "embeds") {
		t.Errorf("unplaced %+v", table.Unplaced)
	}
}

// fakeCache makes a module cache with one module, and the answer of go list about a package of it.
func fakeCache(t *testing.T, goMod bool) (cache, list string) {
	t.Helper()
	cache = t.TempDir()
	dir := filepath.Join(cache, "example.org/!lib@v1.0.0")
	download := filepath.Join(cache, "cache/download/lib.mod")
	for _, d := range []string{filepath.Join(dir, "sub"), filepath.Dir(download)} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files := map[string]string{filepath.Join(dir, "sub/a.go"): "package sub\n", download: "module example.org/Lib\n"}
	if goMod {
		files[filepath.Join(dir, "go.mod")] = "module example.org/Lib\n\ngo 1.20\n"
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o444); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(cache, "go.mod"), []byte("module m\n\nrequire example.org/Lib v1.0.0\n\nreplace example.org/Lib v1.0.0 => ./elsewhere\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "sub"), 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "sub"), 0o755) })
	return cache, `{"ImportPath":"example.org/Lib/sub","Dir":"` + dir + `/sub","DepOnly":true,"GoFiles":["a.go"],` +
		`"Module":{"Path":"example.org/Lib","Version":"v1.0.0","Dir":"` + dir + `","GoMod":"` + download + `"}}` +
		`{"ImportPath":"net/http","Standard":true,"DepOnly":true}`
}

func prepare(t *testing.T, patterns, out, cache, list string) (code int, errs string) {
	t.Helper()
	var b strings.Builder
	code = run([]string{"deps", "-patterns", patterns, "-out", out, "-go", "go", "-modcache", cache, "-gomod", filepath.Join(cache, "go.mod")},
		strings.NewReader(list), &b)
	return code, b.String()
}

func TestDepsCopy(t *testing.T) {
	for _, goMod := range []bool{true, false} {
		cache, list := fakeCache(t, goMod)
		out := filepath.Join(t.TempDir(), "a dir @ with 'quotes'")
		for range 2 {
			if code, errs := prepare(t, "example.org/...", out, cache, list); code != exitOK {
				t.Fatal(errs)
			}
		}
		var made []string
		filepath.WalkDir(out, func(path string, d fs.DirEntry, _ error) error {
			rel, _ := filepath.Rel(out, path)
			if info, err := d.Info(); err != nil || info.Mode()&0o200 == 0 {
				t.Errorf("%s cannot be removed: %v", rel, err)
			}
			if !d.IsDir() {
				made = append(made, rel)
			}
			return nil
		})
		want := []string{"go.mod", "mod/example.org/!lib@v1.0.0/go.mod", "mod/example.org/!lib@v1.0.0/sub/a.go", "plan.json"}
		if !slices.Equal(made, want) {
			t.Errorf("made %q, want %q", made, want)
		}
		text, _ := os.ReadFile(filepath.Join(out, "go.mod"))
		if n := strings.Count(string(text), "replace"); n != 1 || !strings.Contains(string(text), "/mod/example.org/!lib@v1.0.0\"") {
			t.Errorf("%s", text)
		}
		plan, err := deps.ReadPlan(out)
		if err != nil || !slices.Equal(plan.Packages, []string{"example.org/Lib/sub"}) {
			t.Fatalf("plan %+v, %v", plan, err)
		}
		inCache, inCopy := filepath.Join(cache, "example.org/!lib@v1.0.0/sub/a.go"), filepath.Join(out, "mod/example.org/!lib@v1.0.0/sub/a.go")
		if plan.Built(inCache) != inCopy || plan.Origin(inCopy) != inCache || plan.Built("/x") != "/x" || plan.Origin("/x") != "/x" {
			t.Errorf("%s is built as %s, %s comes from %s", inCache, plan.Built(inCache), inCopy, plan.Origin(inCopy))
		}
	}
}

// TestDepsGraphGoes: when nothing has to be copied any more, no go.mod of an earlier start may be built with.
func TestDepsGraphGoes(t *testing.T) {
	cache, list := fakeCache(t, true)
	out := t.TempDir()
	for _, patterns := range []string{"example.org/Lib/sub", "net/http"} {
		if code, errs := prepare(t, patterns, out, cache, list); code != exitOK {
			t.Fatal(errs)
		}
	}
	if _, err := os.Stat(filepath.Join(out, "go.mod")); err == nil {
		t.Error("the go.mod with the copies is still there")
	}
}

func TestDepsPatterns(t *testing.T) {
	cache, list := fakeCache(t, true)
	for patterns, want := range map[string]string{
		"example.org/Lib/sub": "", "example.org/Lib/sub/...": "", "example.org/...": "", "...": "", "all": "", "net/...": "",
		" example.org/Lib/... , net/http ": "",
		"example.org/Lib":                  "example.org/Lib/... stands for those of the module",
		"example.org/Li":                   "-deps example.org/Li: nothing",
		"example.org/Lib/s":                "nothing",
		"all,x":                            "-deps x: nothing",
		"exampleXorg/...":                  "nothing",
		"":                                 "empty pattern",
		"all,":                             "empty pattern",
	} {
		out := t.TempDir()
		code, errs := prepare(t, patterns, out, cache, list)
		if (code == exitOK) != (want == "") || !strings.Contains(errs, want) {
			t.Errorf("%q: %d %s", patterns, code, errs)
		}
		if plan, err := deps.ReadPlan(out); code != exitOK && err == nil {
			t.Errorf("%q: a plan in spite of the error: %+v", patterns, plan)
		} else if (patterns == "all" || patterns == "...") && slices.Contains(plan.Packages, "net/http") {
			t.Errorf("%q means the standard library, too", patterns)
		}
	}
}
