// SPDX-License-Identifier: BSD-2-Clause

// Package export writes a test that fails without goknot: one Go program that puts the calls of a small order control
// into copies of a few files and runs the test with them.
package export

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"go/build"
	"go/format"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed order/order.go
var orderSource string

//go:embed runner/run.go
var runnerSource string

// orderName is the name of the package in which the order control is, and of its directory in the module.
const orderName = "goknotorder"

// Site is a position where an operation stands, as the site table has it.
type Site struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
	Op   string `json:"op"`
}

// Point is an operation that a turn might begin with: the nth on that site by its goroutine.
type Point struct {
	Site int `json:"site"`
	Nth  int `json:"nth"`
}

// Turn is what one goroutine does until another goes on.
type Turn struct {
	G       int     `json:"g"`
	At      []Point `json:"at"` // the first that a call can stand before is taken
	Settle  []int   `json:"settle"`
	PauseNS int64   `json:"pause_ns"`
	SlackNS int64   `json:"slack_ns"`
}

// Goroutine is one that has a turn, or an ancestor. The first is the test.
type Goroutine struct {
	Path    string `json:"path"`
	Parent  int    `json:"parent"`
	Created string `json:"created"` // "a.go:11"
	Site    int    `json:"site"`    // of the go statement; -1: not one of the module
	Ordinal int    `json:"ordinal"`
	Only    bool   `json:"only"` // nobody else was created there by the same parent
}

// Plan is what goknot asks for.
type Plan struct {
	Module     string      `json:"module"`
	Root       string      `json:"root"`
	Dir        string      `json:"dir"`
	Test       string      `json:"test"`
	Run        string      `json:"run"`
	Tags       string      `json:"tags"`
	Race       bool        `json:"race"`
	Args       []string    `json:"args"`
	TimeoutNS  int64       `json:"timeout_ns"`
	Verdict    string      `json:"verdict"`
	Places     []string    `json:"places"`
	Story      []string    `json:"story"`
	Sites      []Site      `json:"sites"`
	Goroutines []Goroutine `json:"goroutines"`
	Leaks      []int       `json:"leaks"`
	Turns      []Turn      `json:"turns"`
}

// Command is helper export: the plan on standard input, the files into a directory. What no order can be put upon is
// told on standard error, a line each.
func Command(args []string, stdin io.Reader, stderr io.Writer) int {
	fs := flag.NewFlagSet("export", flag.ContinueOnError)
	fs.SetOutput(stderr)
	out := fs.String("out", "", "directory for the files")
	if err := fs.Parse(args); err != nil || *out == "" || fs.NArg() > 0 {
		fmt.Fprintln(stderr, "goknot helper: export needs -out, and nothing else")
		return 2
	}
	var plan Plan
	if err := json.NewDecoder(stdin).Decode(&plan); err != nil {
		fmt.Fprintln(stderr, "goknot helper: the plan of an export:", err)
		return 3
	}
	if err := plan.write(*out, stderr); err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		return 2
	}
	return 0
}

type exporter struct {
	plan    *Plan
	sources map[string]*source
	inserts map[string][]Insert
	numbers map[int]int // of the calls, by site; -1: no call can stand there
	calls   []string    // where they stand: "a.go:11"
	notes   []string
}

func (p *Plan) write(out string, stderr io.Writer) error {
	e := exporter{plan: p, sources: make(map[string]*source), inserts: make(map[string][]Insert), numbers: make(map[int]int)}
	if _, err := os.Stat(filepath.Join(p.Root, orderName)); err == nil {
		return fmt.Errorf("the module has a directory %s already, where the order control is to be", orderName)
	}
	table, err := e.table()
	if err != nil {
		return err
	}
	for _, n := range e.notes {
		fmt.Fprintln(stderr, "goknot helper: note:", n)
	}
	if err := e.start(); err != nil {
		return err
	}
	data, err := e.data(table)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "run.go"), data, 0o666); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "README.txt"), e.readme(), 0o666)
}

// source is the file of a path below the module, parsed once.
func (e *exporter) source(path string) (*source, error) {
	if s := e.sources[path]; s != nil {
		return s, nil
	}
	text, err := os.ReadFile(filepath.Join(e.plan.Root, path))
	if err != nil {
		return nil, err
	}
	s, err := parseSource(path, text)
	if err == nil && bytes.Contains(text, []byte(orderName)) {
		err = fmt.Errorf("%s uses the name %s, which is that of the order control", path, orderName)
	}
	if err == nil {
		e.sources[path] = s
	}
	return s, err
}

// call puts a call before the operation of a site and says its number.
func (e *exporter) call(site int) (int, bool) {
	if n, ok := e.numbers[site]; ok {
		return n, n >= 0
	}
	e.numbers[site] = -1
	x := e.plan.Sites[site]
	path, err := filepath.Rel(e.plan.Root, x.File)
	if err != nil || !filepath.IsLocal(path) {
		e.note(x, "it is not in the module")
		return -1, false
	}
	s, err := e.source(path)
	if err != nil {
		e.note(x, err.Error())
		return -1, false
	}
	n := len(e.calls)
	place := s.place
	if x.Op == "go" || x.Op == "wggo" {
		place = s.placeSpawn
	}
	list, err := place(n, x.Line, x.Col, orderName)
	if err != nil {
		e.note(x, err.Error())
		return -1, false
	}
	e.inserts[path] = append(e.inserts[path], list...)
	e.calls = append(e.calls, filepath.Base(x.File)+":"+strconv.Itoa(x.Line))
	e.numbers[site] = n
	return n, true
}

func (e *exporter) note(x Site, why string) {
	e.notes = append(e.notes, fmt.Sprintf("nobody can be made to wait before %s %s:%d: %s", x.Op, filepath.Base(x.File), x.Line, why))
}

// wayOut tells how to come by a run that can be exported, where that is known. The goroutine of a subtest is created in
// package testing, where no call can stand; it is told from others when there are none.
func (e *exporter) wayOut(g Goroutine) string {
	if !strings.HasPrefix(g.Created, "testing.go:") {
		return ""
	}
	return fmt.Sprintf("; when the bug is in one subtest, goknot fuzz -run '^%s$/^NAME$' finds it in that alone, which can be exported", e.plan.Test)
}

// table is the file that tells the order control of goroutines and turns.
func (e *exporter) table() ([]byte, error) {
	var b, gs bytes.Buffer
	for _, g := range e.plan.Goroutines {
		site := -1
		if !g.Only {
			n, ok := -1, false
			if g.Site >= 0 {
				n, ok = e.call(g.Site)
			}
			if !ok {
				return nil, fmt.Errorf("goroutine %s cannot be told from others that are created at %s%s", g.Path, g.Created, e.wayOut(g))
			}
			site = n
		}
		fmt.Fprintf(&gs, "{path: %q, parent: %d, created: %q, site: %d, ordinal: %d},\n", g.Path, g.Parent, e.created(g), site, g.Ordinal)
	}
	b.WriteString("package " + orderName + "\n\nimport \"time\"\n\nvar _ = time.Second\n\nvar turns = []turn{\n")
	var missed []int
	var pause, slack int64 // of the turns that are missing
	for i, t := range e.plan.Turns {
		if i == 0 {
			fmt.Fprintf(&b, "{g: %d}, // begins with Start\n", t.G)
			continue
		}
		n, point := -1, Point{}
		for _, at := range t.At {
			if k, ok := e.call(at.Site); ok {
				n, point = k, at
				break
			}
		}
		if n < 0 {
			missed = append(append(missed, t.Settle...), t.G)
			pause, slack = pause+t.PauseNS, slack+t.SlackNS
			continue
		}
		fmt.Fprintf(&b, "{g: %d, site: %d, nth: %d", t.G, n, point.Nth)
		if settle := append(slices.Clone(t.Settle), missed...); len(settle) > 0 {
			slices.Sort(settle)
			text := strings.Join(strings.Fields(fmt.Sprint(slices.Compact(settle))), ", ")
			fmt.Fprintf(&b, ", settle: []int{%s}", strings.Trim(text, "[]"))
		}
		missed = nil
		if pause += t.PauseNS; pause > 0 {
			fmt.Fprintf(&b, ", pause: %d * time.Microsecond", (pause+999)/1000)
		}
		if slack += t.SlackNS; slack > 0 {
			fmt.Fprintf(&b, ", slack: %d * time.Microsecond", (slack+999)/1000)
		}
		pause, slack = 0, 0
		fmt.Fprintf(&b, "}, // %s\n", oneLine(e.plan.Goroutines[t.G].Path))
	}
	fmt.Fprintf(&b, "}\n\nvar goroutines = []goroutine{\n%s}\n\nvar leaks = %#v\n\nvar sites = %#v\n", gs.Bytes(), append([]int{}, e.plan.Leaks...), append([]string{}, e.calls...))
	return format.Source(b.Bytes())
}

// created is how the dump of a goroutine says where it comes from.
func (e *exporter) created(g Goroutine) string {
	if g.Site >= 0 && e.plan.Sites[g.Site].Op == "wggo" {
		return "sync.(*WaitGroup).Go"
	}
	return g.Created
}

// oneLine keeps a text from ending a comment.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffd' {
			return '?'
		}
		return r
	}, s)
}

// start puts the call of Start into the test, and the imports into all files.
func (e *exporter) start() error {
	dir := filepath.Join(e.plan.Root, e.plan.Dir)
	names, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return err
	}
	ctx := build.Default
	ctx.BuildTags = strings.FieldsFunc(e.plan.Tags, func(r rune) bool { return r == ',' || r == ' ' })
	found := false
	for _, name := range names {
		if ok, err := ctx.MatchFile(dir, filepath.Base(name)); err != nil || !ok {
			continue
		}
		path, err := filepath.Rel(e.plan.Root, name)
		if err != nil {
			return err
		}
		s, err := e.source(path)
		if err != nil {
			return err
		}
		list, err := s.placeStart(e.plan.Test, orderName)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			found = true
			e.inserts[path] = append(e.inserts[path], list...)
		}
	}
	if !found {
		return fmt.Errorf("%s is not among the tests in %s", e.plan.Test, e.plan.Dir)
	}
	for path := range e.inserts {
		e.inserts[path] = append(e.inserts[path], e.sources[path].placeImport(orderName, e.plan.Module+"/"+orderName))
	}
	return nil
}

// data is the whole program.
func (e *exporter) data(table []byte) ([]byte, error) {
	p := e.plan
	var b bytes.Buffer
	fmt.Fprintf(&b, "// %s of %s %s:\n//\n", p.Test, oneLine(p.Module), p.how())
	for _, line := range p.Story {
		fmt.Fprintf(&b, "//\t%s\n", oneLine(line))
	}
	b.WriteString("//\n// In the module: go run " + "run.go -h\n// README.txt tells more. Written by goknot export.\n\n//go:build ignore\n\n")
	b.WriteString(strings.TrimPrefix(runnerSource, "// SPDX-License-Identifier: BSD-2-Clause\n\n"))
	flags := []string{}
	if p.Race {
		flags = append(flags, "-race")
	}
	if p.Tags != "" {
		flags = append(flags, "-tags="+p.Tags)
	}
	fmt.Fprintf(&b, "\nvar repro = reproduction{\nmodule: %q, dir: %q, test: %q, run: %q,\norder: %q,\nflags: %#v,\nargs: %#v,\n",
		p.Module, filepath.ToSlash(p.Dir), p.Test, p.Run, orderName, flags, append([]string{}, p.Args...))
	fmt.Fprintf(&b, "timeout: %d * time.Millisecond,\nverdict: %q,\nplaces: %#v,\nfiles: []fileEdits{\n", (p.TimeoutNS+999999)/1000000, p.Verdict, append([]string{}, p.Places...))
	paths := make([]string, 0, len(e.inserts))
	for path := range e.inserts {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		list := e.inserts[path]
		slices.SortStableFunc(list, func(a, b Insert) int {
			return cmp.Or(a.Line-b.Line, a.Col-b.Col, a.rank()-b.rank())
		})
		fmt.Fprintf(&b, "{%q, []edit{\n", filepath.ToSlash(path))
		for _, i := range list {
			fmt.Fprintf(&b, "{%d, %d, %q, %q},\n", i.Line, i.Col, i.Old, i.Text)
		}
		b.WriteString("}},\n")
	}
	b.WriteString("},\n}\n\n")
	fmt.Fprintf(&b, "const orderSource = `%s`\n\nconst tableSource = %s\n", orderSource, literal(string(table)))
	return format.Source(b.Bytes())
}

// how says the verdict as the end of a sentence.
func (p *Plan) how() string {
	switch p.Verdict {
	case "fail":
		return "fails its own check"
	case "fatal":
		return "fails by a fatal error of the Go runtime"
	}
	return "fails by a " + p.Verdict
}

// literal is a string that can be read in the source, where that is possible.
func literal(s string) string {
	if strconv.CanBackquote(strings.ReplaceAll(s, "\n", "")) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

func (e *exporter) readme() []byte {
	p := e.plan
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s in %s of module %s %s:\n\n", p.Test, filepath.ToSlash(p.Dir), oneLine(p.Module), p.how())
	for _, line := range p.Story {
		fmt.Fprintf(&b, "    %s\n", oneLine(line))
	}
	fmt.Fprintf(&b, `
Anywhere in the module, with Go alone, and the place of this directory in front:

    go run goknot-export-%s/run.go

It builds the test with an order control of some hundred lines in it (go test -overlay: no file of yours is written to)
and runs it on the stock scheduler: the goroutines take turns in the order above. The time-out is %s.

    -n 10      runs it ten times; the last line counts
    -plain     runs it without the order
    -w DIR     only writes the overlay into DIR, and prints the go test command for it
    -C DIR     where the module is

The last line says how often it failed by this bug. Exit code: 0 when it passed, 1 when it did not. The calls go into the
code as it is now; in code that has changed they are found by the text of their lines. Once the bug is mended the order
leads elsewhere, or is given up after a second in which the next turn did not come, and the test passes.
`, p.Test, time.Duration(p.TimeoutNS).Round(time.Millisecond))
	return b.Bytes()
}
