// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"goknot/helper/internal/golist"
	"goknot/helper/internal/sites"
)

var update = flag.Bool("update", false, "write want.go from what the rules do now")

// sandbox is a module in a temporary directory, and what the helper made of it beside it.
type sandbox struct {
	t        *testing.T
	dir, out string
}

func newSandbox(t *testing.T, goVersion string, files map[string]string) *sandbox {
	t.Helper()
	tmp, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox{t: t, dir: filepath.Join(tmp, "src"), out: filepath.Join(tmp, "out")}
	s.write("go.mod", "module golden\n\ngo "+goVersion+"\n")
	for name, text := range files {
		s.write(name, text)
	}
	return s
}

func (s *sandbox) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		s.t.Fatal(err)
	}
}

// goCmd runs the go command in the module and returns its output, stderr apart.
func (s *sandbox) goCmd(args ...string) (string, string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	return stdout.String(), stderr.String(), err
}

func (s *sandbox) mustGo(args ...string) string {
	s.t.Helper()
	out, errs, err := s.goCmd(args...)
	if err != nil {
		s.t.Fatalf("go %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
	}
	return out
}

// helper runs the whole command the way the C driver does.
func (s *sandbox) helper(patterns []string, flags ...string) (code int, stderr string) {
	s.t.Helper()
	list, _, _ := s.goCmd(append([]string{"list", "-e", "-json=" + strings.Join(listFields(s.t), ","), "-deps", "-test", "-export"}, patterns...)...)
	args := append([]string{"rewrite", "-out", filepath.Join(s.out, "files"), "-sites", s.path("sites.json"),
		"-overlay", s.path("overlay.json"), "-tests", s.path("tests.json")}, flags...)
	if err := os.MkdirAll(s.out, 0o777); err != nil {
		s.t.Fatal(err)
	}
	var errs bytes.Buffer
	code = run(args, strings.NewReader(list), &errs)
	return code, errs.String()
}

// listFields are what the driver asks go list for.
func listFields(t *testing.T) []string {
	t.Helper()
	driver, err := os.ReadFile("../driver.c")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(driver), `"-json=`)
	text, _, end := strings.Cut(text, "}")
	if !found || !end {
		t.Fatal("driver.c has no list of fields")
	}
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
}

// TestListFields: the driver asks for what is read, and no more.
func TestListFields(t *testing.T) {
	var want []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[golist.Package]()) {
		want = append(want, f.Name)
	}
	got := listFields(t)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the driver asks for %v, golist reads %v", got, want)
	}
}

func (s *sandbox) mustHelper(patterns ...string) {
	s.t.Helper()
	if code, errs := s.helper(patterns); code != exitOK {
		s.t.Fatalf("exit code %d: %s", code, errs)
	}
}

func (s *sandbox) path(name string) string { return filepath.Join(s.out, name) }

func (s *sandbox) read(name string, v any) {
	s.t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
}

// buildOverlay is the helper's overlay with the no-op hook package put into GOROOT.
func (s *sandbox) buildOverlay() string {
	s.t.Helper()
	var o overlayFile
	s.read("overlay.json", &o)
	hook, err := filepath.Abs("testdata/hook/hook.go")
	if err != nil {
		s.t.Fatal(err)
	}
	goroot := strings.TrimSpace(s.mustGo("env", "GOROOT"))
	o.Replace[filepath.Join(goroot, "src/structs/knot.go")] = hook
	data, err := json.Marshal(o)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path("build.json"), data, 0o666); err != nil {
		s.t.Fatal(err)
	}
	return "-overlay=" + s.path("build.json")
}

type tableJSON struct {
	Version  int
	Module   string
	Sites    []siteJSON
	Unplaced []sites.Unplaced
	Packages []sites.Package
}

type siteJSON struct {
	ID         uint32
	Pkg, File  string
	Line, Col  int
	Op         string
	Prim, Func string
	Parent     uint32
	After      bool
}

// rewritten is the new text of a file, its directory replaced by /src.
func (s *sandbox) rewritten(name string) string {
	s.t.Helper()
	var o overlayFile
	s.read("overlay.json", &o)
	to, ok := o.Replace[filepath.Join(s.dir, name)]
	if !ok {
		s.t.Fatalf("%s was not rewritten", name)
	}
	data, err := os.ReadFile(to)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), s.dir, "/src")
}

func cases(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/rewrite/*/in.go")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for i, n := range names {
		names[i] = filepath.Base(filepath.Dir(n))
	}
	return names
}

// TestGolden compares each case with its want.go, compiles it, and runs it with and without hooks.
func TestGolden(t *testing.T) {
	files := make(map[string]string)
	for _, name := range cases(t) {
		src, err := os.ReadFile(filepath.Join("testdata/rewrite", name, "in.go"))
		if err != nil {
			t.Fatal(err)
		}
		files[name+"/in.go"] = string(src)
	}
	s := newSandbox(t, "1.23", files)
	s.mustGo("build", "-o", s.path("plain")+"/", "./...")
	s.mustHelper("./...")
	s.mustGo("build", s.buildOverlay(), "-o", s.path("hooked")+"/", "./...")
	checkTable(t, s)
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			got := s.rewritten(name + "/in.go")
			checkWant(t, filepath.Join("testdata/rewrite", name, "want.go"), got)
			if added := strings.Count(got, "\n") - strings.Count(files[name+"/in.go"], "\n"); added != 1 {
				t.Errorf("%d lines added, want only the line directive", added)
			}
			before := output(t, s.path("plain/"+name))
			after := output(t, s.path("hooked/"+name))
			if before != after {
				t.Errorf("the hooks change the output:\n--- before\n%s--- after\n%s", before, after)
			}
		})
	}
}

// checkTable: no two sites share a number, and the cases of a select name it.
func checkTable(t *testing.T, s *sandbox) {
	t.Helper()
	var table tableJSON
	s.read("sites.json", &table)
	byID := make(map[uint32]siteJSON)
	for _, x := range table.Sites {
		if other, ok := byID[x.ID]; ok {
			t.Errorf("%+v and %+v", x, other)
		}
		byID[x.ID] = x
	}
	cases := 0
	for _, x := range table.Sites {
		isCase := strings.HasPrefix(x.Op, "sel") && x.Op != "select"
		if p := byID[x.Parent]; isCase && (p.Op != "select" || p.Func != x.Func || p.Line > x.Line) || !isCase && x.Parent != 0 {
			t.Errorf("%+v has the parent %+v", x, p)
		}
		if isCase {
			cases++
		}
	}
	if cases == 0 {
		t.Error("no case of a select in the table")
	}
}

func output(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command(path).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(path), err, out)
	}
	return string(out)
}

func checkWant(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			t.Fatalf("%s:%d:\n got %s\nwant %s", path, i+1, gotLines[i], wantLines[i])
		}
	}
	if len(gotLines) != len(wantLines) {
		t.Fatalf("%s: %d lines, want %d", path, len(gotLines), len(wantLines))
	}
}

// TestUnplaced: what carries no hook is reported.
func TestUnplaced(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"sync", "atomic", "embedded", "gostmt", "deferred", "buildtag", "values"} {
		src, err := os.ReadFile(filepath.Join("testdata/rewrite", name, "in.go"))
		if err != nil {
			t.Fatal(err)
		}
		files[name+"/in.go"] = string(src)
	}
	s := newSandbox(t, "1.23", files)
	s.mustHelper("./...")
	var table tableJSON
	s.read("sites.json", &table)
	var got []string
	for _, u := range table.Unplaced {
		if u.Line == 0 || u.Col == 0 || !strings.HasPrefix(u.File, s.dir) {
			t.Errorf("no position: %+v", u)
		}
		got = append(got, filepath.Base(filepath.Dir(u.File))+" "+u.Op+": "+u.Reason)
	}
	slices.Sort(got)
	want := []string{
		"values atomic_load: method value, and its operand cannot be evaluated again",
		"values atomic_store: method value, and its operand cannot be evaluated again",
		"values send: //go:nosplit",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestCrowd: the hooks of a function with very many are not inlined, for the compiler's sake; those of its neighbour are.
func TestCrowd(t *testing.T) {
	sends := func(n int) string { return strings.Repeat("\tc <- 1\n", n) }
	mixed := strings.Repeat(`	c <- 1
	if v := <-c + int(n.Add(1)); v > 0 {
		mu.Lock()
	}
	select {
	case c <- 1:
	}
	for range c {
		break
	}
	atomic.StoreInt32(&p, atomic.LoadInt32(&p)+int32(*one(&n)))
	mu.Unlock()
	go one(&n)
`, 40)
	s := newSandbox(t, "1.23", map[string]string{
		"a.go": "package main\n\nfunc few(c chan int) {\n" + sends(256) + "}\n\nfunc many(c chan int) {\n" + sends(257) + "\tfunc() { c <- 2 }()\n}\n",
		"m.go": `package main

import (
	"sync"
	"sync/atomic"
)

func one(n *atomic.Int32) *int { v := int(n.Load()); return &v }

func main() {
	var (
		c  = make(chan int, 1)
		n  atomic.Int32
		p  int32
		mu sync.Mutex
	)
` + mixed + "\tprintln(n.Load(), p)\n\tclose(c)\n\t_, _ = few, many\n}\n",
	})
	s.mustGo("build", "-o", s.path("plain"), ".")
	s.mustHelper(".")
	s.mustGo("build", s.buildOverlay(), "-o", s.path("hooked"), ".")
	for _, name := range []string{"P", "E"} {
		src := s.rewritten("a.go")
		in, out := strings.Count(src, "goknot_hook."+name+"("), strings.Count(src, "goknot_hook."+name+"Out(")
		if in != 257 || out != 257 {
			t.Errorf("%s: %d inlined, %d not", name, in, out)
		}
	}
	src := s.rewritten("m.go")
	for in, out := range outOfLineHooks {
		if strings.Count(src, "goknot_hook."+in+"(") > 1 || !strings.Contains(src, "goknot_hook."+out+"(") {
			t.Errorf("%s is inlined, or not there", in)
		}
	}
	if before, after := output(t, s.path("plain")), output(t, s.path("hooked")); before != after || before == "" {
		t.Errorf("%q and %q", before, after)
	}
}

var outOfLineHooks = map[string]string{"P": "POut", "B": "BOut", "S": "SOut", "A": "AOut", "E": "EOut", "EV": "EVOut", "AP": "APOut", "AX": "AXOut"}
