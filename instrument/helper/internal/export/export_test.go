// SPDX-License-Identifier: BSD-2-Clause

package export

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a module with one package and returns a plan about it.
func module(t *testing.T) *Plan {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":    "module example.com/m\n\ngo 1.23\n",
		"p.go":      "package p\n\nvar v = <-ch\n\nfunc f() {\n\tgo g()\n\tmu.Lock()\n}\n",
		"p_test.go": "package p\n\nfunc TestX(t *testing.T) {\n\tf()\n}\n",
		"q_test.go": "//go:build never\n\npackage p\n\nfunc TestX(t *testing.T) {\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(root, "p.go")
	return &Plan{
		Module: "example.com/m", Root: root, Dir: ".", Test: "TestX", Run: "^TestX$", Verdict: "deadlock", TimeoutNS: 5e9,
		Story: []string{"first", "a\u2028line\nthat `tries`"},
		Sites: []Site{{file, 6, 2, "go"}, {file, 7, 5, "lock"}, {file, 3, 9, "recv"}},
		Goroutines: []Goroutine{
			{Path: "T", Parent: -1, Site: -1, Only: true},
			{Path: "T/p.go:6#0", Parent: 0, Created: "p.go:6", Site: 0, Only: true},
		},
		Turns: []Turn{
			{G: 0},
			{G: 1, At: []Point{{2, 1}}, PauseNS: 1500},
			{G: 0, At: []Point{{2, 1}, {1, 3}}, Settle: []int{0}},
		},
	}
}

func written(t *testing.T, p *Plan) (program, notes string, err error) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "x")
	var stderr bytes.Buffer
	err = p.write(out, &stderr)
	text, readErr := os.ReadFile(filepath.Join(out, "run.go"))
	if err == nil && readErr != nil {
		t.Fatal(readErr)
	}
	return string(text), stderr.String(), err
}

func TestWrite(t *testing.T) {
	program, notes, err := written(t, module(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "run.go", program, 0); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"//go:build ignore\n",
		"//\ta?line?that `tries`\n",
		// The turn that nobody can be held at is waited for, and its pause made.
		"{g: 0, site: 0, nth: 3, settle: []int{0, 1}, pause: 2 * time.Microsecond}, // T\n",
		`{7, 2, "\tmu.Lock()", "goknotorder.At(0); "},`,
		`{3, 27, "func TestX(t *testing.T) {", " goknotorder.Start(t);"},`,
		`{1, 10, "package p", "; import goknotorder \"example.com/m/goknotorder\""},`,
	} {
		if !strings.Contains(program, want) {
			t.Errorf("no %q in\n%s", want, program)
		}
	}
	if notes != "goknot helper: note: nobody can be made to wait before recv p.go:3: no statement can stand beside it\n" {
		t.Error(notes)
	}
}

// Siblings are told apart by the go statement before which the parent calls.
func TestWriteSiblings(t *testing.T) {
	p := module(t)
	p.Goroutines[1].Only = false
	program, _, err := written(t, p)
	if err != nil || !strings.Contains(program, `{path: "T/p.go:6#0", parent: 0, created: "p.go:6", site: 0, ordinal: 0},`) ||
		!strings.Contains(program, `{6, 2, "\tgo g()", "goknotorder.Go(0); "},`) {
		t.Errorf("%v\n%s", err, program)
	}
	p.Goroutines[1].Site = -1
	if _, _, err := written(t, p); err == nil || !strings.HasSuffix(err.Error(), "cannot be told from others that are created at p.go:6") {
		t.Error(err)
	}
	p.Goroutines[1].Created = "testing.go:2101"
	if _, _, err := written(t, p); err == nil || !strings.Contains(err.Error(), "; when the bug is in one subtest, goknot fuzz -run '^"+p.Test+"$/^NAME$' finds it") {
		t.Error(err)
	}
}

func TestWriteRefused(t *testing.T) {
	p := module(t)
	p.Test = "TestY"
	if _, _, err := written(t, p); err == nil || !strings.Contains(err.Error(), "TestY is not among the tests") {
		t.Error(err)
	}
	p = module(t)
	if err := os.Mkdir(filepath.Join(p.Root, orderName), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, _, err := written(t, p); err == nil || !strings.Contains(err.Error(), "has a directory goknotorder already") {
		t.Error(err)
	}
}

func TestCommand(t *testing.T) {
	plan, err := json.Marshal(module(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  []string
		input string
		want  int
	}{
		{[]string{"-out", filepath.Join(t.TempDir(), "x")}, string(plan), 0},
		{[]string{"-out", t.TempDir()}, "{", 3},
		{nil, "{}", 2},
		{[]string{"-out", t.TempDir()}, "{}", 2},
	} {
		var stderr bytes.Buffer
		if got := Command(c.args, strings.NewReader(c.input), &stderr); got != c.want {
			t.Errorf("%v: %d, %s", c.args, got, stderr.String())
		}
	}
}

// What is embedded stands in a raw string.
func TestOrderSource(t *testing.T) {
	if strings.ContainsAny(orderSource, "`\r") {
		t.Error("the order control has a character that a raw string cannot hold")
	}
}
