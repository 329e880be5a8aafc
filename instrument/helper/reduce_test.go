// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReduced: what is left out of type-checking changes no decision. The golden cases come as they are, beside code that
// most of is left out of, and beside large packages of the standard library.
func TestReduced(t *testing.T) {
	files := map[string]string{
		"plain/plain.go": "package plain\n\ntype Named struct{ Inner }\n\ntype Inner struct{ C chan int }\n\nfunc (n Named) Chan() chan int { return n.C }\n\n" +
			"func New() *Named { return &Named{Inner{make(chan int, 1)}} }\n\nvar Default = New()\n",
		"renamed/v2/r.go":   "package other\n\nimport \"sync\"\n\ntype L struct{ sync.Mutex }\n\nfunc Pick[T any](list ...T) T { return list[0] }\n",
		"idle/idle.go":      "package idle\n\nimport \"fmt\"\n\nfunc Hello() string { return fmt.Sprint(1) }\n\nfunc init() { _ = Hello() }\n",
		"idle/idle_test.go": "package idle\n\nfunc Number() int { return 3 }\n",
		"idle/x_test.go": "package idle_test\n\nimport (\n\t\"testing\"\n\t\"golden/idle\"\n)\n\nfunc TestIdle(t *testing.T) {\n\tfor range idle.Number() {\n\t\tgo println(idle.Hello())\n\t}\n" +
			"\tfor i := range of(1) {\n\t\t_ = i\n\t}\n}\n\nfunc of(int) []int { return nil }\n",
		"uses/uses.go":      usesSource,
		"uses/uses_test.go": "package uses\n\nimport \"testing\"\n\nfunc TestUses(t *testing.T) { <-made }\n\nfunc helper(t *testing.T) { t.Log(limits) }\n",
	}
	for _, name := range cases(t) {
		src, err := os.ReadFile(filepath.Join("testdata/rewrite", name, "in.go"))
		if err != nil {
			t.Fatal(err)
		}
		files[name+"/in.go"] = string(src)
	}
	s := newSandbox(t, "1.23", files)
	for _, patterns := range [][]string{{"./..."}, {"net/http", "os/exec", "database/sql", "log/slog"}} {
		var want map[string]string
		for _, flags := range [][]string{{"-whole"}, nil} {
			if err := os.RemoveAll(s.out); err != nil {
				t.Fatal(err)
			}
			code, errs := s.helper(patterns, append(flags, "-cache", s.path("cache"))...)
			if code != exitOK {
				t.Fatal(errs)
			}
			if len(flags) > 0 {
				want = s.written()
				continue
			}
			if !strings.Contains(errs, " 0 of these checked as a whole\n") {
				t.Errorf("%v: %s", patterns, errs)
			}
			same(t, s.written(), want)
		}
	}
}

// TestReducedInVain: the first error counts, wherever it is.
func TestReducedInVain(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{"a.go": "package a\n\nfunc idle() { first() }\n\nfunc send(c chan int) { c <- second; <-c }\n"})
	if err := os.Mkdir(s.out, 0o777); err != nil {
		t.Fatal(err)
	}
	list := `{"ImportPath":"m","Name":"a","Dir":"` + s.dir + `","Module":{"Path":"m","Main":true},"GoFiles":["a.go"],"Export":"/as/if/it/compiled"}`
	args := []string{"rewrite", "-out", s.path("src"), "-sites", s.path("sites.json"), "-overlay", s.path("overlay.json"), "-tests", s.path("tests.json"), "-cache", s.path("cache")}
	var errs strings.Builder
	if code := run(args, strings.NewReader(list), &errs); code != exitOK || !strings.Contains(errs.String(), " 1 of these checked as a whole\n") {
		t.Errorf("%d %s", code, errs.String())
	}
	var table tableJSON
	s.read("sites.json", &table)
	if len(table.Sites) != 2 || !strings.Contains(table.Packages[0].Reason, "first") {
		t.Errorf("%+v", table)
	}
}

// A closure of a variable that is left out counts; what is kept needs the rest of its group, its methods and embedded fields.
const usesSource = `package uses

import (
	_ "embed"
	"fmt"
	. "golden/plain"
	"golden/renamed/v2"
	"os"
	"strings"
	. "sync/atomic"
)

type locked struct {
	other.L
	named *Named
	limit [limits]chan string
	n     Int32
}

type stringer interface{ String() string }

func (l *locked) String() string { return strings.ToUpper(fmt.Sprint(l.named)) }

const (
	_ = iota
	one
	limits
	unusedLimit = len(os.DevNull)
)

var unused = func() func() int {
	for _, x := range os.Args {
		_ = x
	}
	return func() int { return one }
}

var made = func() chan int { return func() chan int { c := Default.Chan(); c <- limits; return c }() }()

var other2, another = func() int { return 1 }(), func() { var n Int32; n.Add(1) }

func generic[T stringer](v T) T { return v }

func variable[T ~chan E, E any](c T) { c <- *new(E) }

func init() { fmt.Println(unused()()) }

func uses() {
	l := &locked{named: New()}
	l.Lock()
	defer l.Unlock()
	generic(l).limit[0] <- l.String()
	for v := range other.Pick(l.limit[:]...) {
		_ = v
	}
	for i := range one {
		l.n.Add(int32(i))
	}
	var plain int32
	AddInt32(&plain, 1)
	func() { <-l.named.C }()
}

func rest() string {
	f := func() error { return os.ErrClosed }
	return fmt.Sprint(f(), strings.Repeat("x", limits))
}
`

// written is all that the helper has written for the build and for goknot, by name.
func (s *sandbox) written() map[string]string {
	s.t.Helper()
	var o overlayFile
	s.read("overlay.json", &o)
	paths := []string{s.path("overlay.json"), s.path("sites.json"), s.path("tests.json")}
	for _, to := range o.Replace {
		paths = append(paths, to)
	}
	texts := make(map[string]string)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		texts[path] = string(text)
	}
	return texts
}

// same compares what two helpers have written.
func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for path, text := range want {
		if got[path] != text {
			t.Errorf("%s differs:\n%s\n--- instead of\n%s", path, got[path], text)
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			t.Errorf("%s was not there", path)
		}
	}
}
