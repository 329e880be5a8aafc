// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"encoding/json"
	"go/version"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"goknot/helper/internal/sites"
)

const sendFunc = "func F(ch chan int) { ch <- 1 }\n"

// TestVariants: a package with internal and external tests is rewritten once per file, with the test's types,
// and its test binary builds and passes.
func TestVariants(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{
		"lib/lib.go":      "package lib\n\nimport \"sync\"\n\ntype T struct{ hidden }\n\ntype hidden struct{ mu sync.Mutex }\n" + sendFunc,
		"lib/in_test.go":  "package lib\n\nimport \"testing\"\n\nfunc (t *T) Mu() interface{ Lock() } { t.mu.Lock(); return nil }\n\nfunc TestIn(t *testing.T) { new(T).Mu() }\n",
		"lib/ex_test.go":  "package lib_test\n\nimport (\n\t\"golden/lib\"\n\t\"golden/mid\"\n\t\"testing\"\n)\n\nfunc TestEx(t *testing.T) {\n\tnew(lib.T).Mu()\n\tch := make(chan int, 2)\n\tlib.F(ch)\n\tmid.G(ch)\n\tif <-ch+<-ch != 2 {\n\t\tt.Fail()\n\t}\n}\n",
		"mid/mid.go":      "package mid\n\nimport \"golden/lib\"\n\nfunc G(ch chan int) { lib.F(ch); close(ch) }\n",
		"cmd/main.go":     "package main\n\n" + sendFunc + "func main() {}\n",
		"cmd/a_test.go":   "package main\n\nimport \"testing\"\n\nfunc TestMain2(t *testing.T) { ch := make(chan int, 1); F(ch); <-ch }\n",
		"plain/main.go":   "package main\n\n" + sendFunc + "func main() {}\n",
		"quiet/quiet.go":  "package quiet\n\nfunc Nothing() {}\n",
		"never/never.go":  "//go:build never\n\npackage never\n\n" + sendFunc,
		"never/always.go": "package never\n\n// F hides nothing.\nfunc G() {}\n",
	})
	s.mustHelper("./...")
	var o overlayFile
	s.read("overlay.json", &o)
	var got []string
	for orig := range o.Replace {
		rel, _ := filepath.Rel(s.dir, orig)
		got = append(got, rel)
	}
	slices.Sort(got)
	want := []string{"cmd/a_test.go", "cmd/main.go", "lib/ex_test.go", "lib/in_test.go", "lib/lib.go", "mid/mid.go", "plain/main.go"}
	if !slices.Equal(got, want) {
		t.Errorf("rewritten %v, want %v", got, want)
	}
	s.mustGo("test", "-vet=off", s.buildOverlay(), "./...")

	var table tableJSON
	s.read("sites.json", &table)
	if table.Version != 1 || table.Module != "golden" {
		t.Errorf("version %d, module %q", table.Version, table.Module)
	}
	ids := make(map[string]uint32)
	for _, x := range table.Sites {
		ids[x.Pkg+" "+filepath.Base(x.File)+" "+strconv.Itoa(x.Line)+" "+x.Op+" "+x.Prim] = x.ID
	}
	for site, key := range map[string]sites.Key{
		"golden/lib lib.go 8 send ch":           {Pkg: "golden/lib", Base: "lib.go", Line: 8, Op: sites.Send},
		"golden/lib in_test.go 5 lock t.mu":     {Pkg: "golden/lib", Base: "in_test.go", Line: 5, Op: sites.Lock},
		"golden/lib_test ex_test.go 14 recv ch": {Pkg: "golden/lib_test", Base: "ex_test.go", Line: 14, Op: sites.Recv},
		// go test compiles a command as a library, so its functions are not named main.F.
		"golden/cmd main.go 3 send ch":   {Pkg: "golden/cmd", Base: "main.go", Line: 3, Op: sites.Send},
		"golden/plain main.go 3 send ch": {Pkg: "main", Base: "main.go", Line: 3, Op: sites.Send},
	} {
		id, ok := ids[site]
		nth := 0
		if strings.HasPrefix(site, "golden/lib_test") {
			nth = 1 // the map keeps the later of the two
		}
		if !ok || id != key.Hash(nth) {
			t.Errorf("%s: id %d (found %v), want %d", site, id, ok, key.Hash(nth))
		}
	}
}

// TestSymbolOfCommand checks the claim behind the key of a command under test.
func TestSymbolOfCommand(t *testing.T) {
	const where = "func where() string { pc, _, _, _ := runtime.Caller(0); return runtime.FuncForPC(pc).Name() }\n"
	s := newSandbox(t, "1.23", map[string]string{
		"cmd/main.go":   "package main\n\nimport \"runtime\"\n\n" + where + "func main() { print(where()) }\n",
		"cmd/a_test.go": "package main\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) { if where() != \"golden/cmd.where\" { t.Fatal(where()) } }\n",
	})
	s.mustGo("test", "./cmd")
	if _, name, err := s.goCmd("run", "./cmd"); err != nil || name != "main.where" {
		t.Errorf("the plain command calls it %q, %v", name, err)
	}
}

// TestLinesOfRuntime: the table has the lines, functions and packages that the runtime prints for goroutines
// blocked in the operations, also where a statement spreads over lines.
func TestLinesOfRuntime(t *testing.T) {
	const body = `package main

import (
	"os"
	"runtime"
	"sync"
	"time"
)

type T struct {
	mu sync.Mutex
	rw sync.RWMutex
	wg sync.WaitGroup
}

func (t *T) me() *T { return t }

func send(ch chan int, t *T) {
	ch <-
		1
}
func recv(ch chan int, t *T) {
	_ = 1 +
		<-ch
}
func ranges(ch chan int, t *T) {
	for range
	ch {
	}
}
func sel(ch chan int, t *T) {
	select {
	case
		<-ch:
	case ch <- 1:
	}
}
func selSend(ch chan int, t *T) {
	select {
	case
		ch <-
			1:
	}
}
func lock(ch chan int, t *T) {
	t.
		me().
		mu.
		Lock()
}
func (t *T) rlock(ch chan int) {
	t.rw.
		RLock()
}
func wait(ch chan int, t *T) {
	(t.wg.
		Wait)()
}
func main() {
	t := new(T)
	t.mu.Lock()
	t.rw.Lock()
	t.wg.Add(1)
	for _, f := range []func(chan int, *T){send, recv, ranges, sel, selSend, lock, wait} {
		go f(make(chan int), t)
	}
	go t.rlock(nil)
	time.Sleep(100 * time.Millisecond)
	buf := make([]byte, 1<<20)
	os.Stdout.Write(buf[:runtime.Stack(buf, true)])
}
`
	s := newSandbox(t, "1.23", map[string]string{"main.go": body})
	s.mustHelper(".")
	s.mustGo("build", "-gcflags=-l", "-o", s.path("prog"), ".")
	dump, err := exec.Command(s.path("prog")).Output()
	if err != nil {
		t.Fatal(err)
	}
	inDump := make(map[string]string)
	for _, m := range regexp.MustCompile(`main\.(\S+)\([^()]*\)\n\t\S+/main.go:(\d+)`).FindAllStringSubmatch(string(dump), -1) {
		inDump[m[1]] = m[2]
	}
	ops := map[string]string{"send": "send", "recv": "recv", "ranges": "range", "sel": "select", "selSend": "selsend", "lock": "lock", "(*T).rlock": "rlock", "wait": "wgwait"}
	var table tableJSON
	s.read("sites.json", &table)
	checked := 0
	for _, site := range table.Sites {
		if op := ops[site.Func]; op == site.Op {
			checked++
			if inDump[site.Func] != strconv.Itoa(site.Line) {
				t.Errorf("%s: the runtime says line %s, the table %d", site.Func, inDump[site.Func], site.Line)
			}
		}
	}
	if checked != len(ops) {
		t.Errorf("%d of %d functions found in the table\n%s", checked, len(ops), dump)
	}
}

// TestBadFiles: what cannot be instrumented is reported, and the rest is instrumented all the same.
func TestBadFiles(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{
		"syntax/good.go": "package syntax\n\n" + sendFunc,
		"syntax/bad.go":  "package syntax\n\nfunc broken( {\n",
		"types/types.go": "package types\n\nvar X undefined\n\n" + sendFunc,
		"cgo/c.go":       "package cgo\n\n// int one(void) { return 1; }\nimport \"C\"\n\nvar N chan int\n\nfunc H() { N <- int(C.one()) }\n",
		"cgo/plain.go":   "package cgo\n\nfunc G() { N <- 1 }\n",
		"old/old.go":     "//go:build go1.17\n\npackage old\n\n" + sendFunc,
		"gone/gone.go":   "package gone\n\nimport \"golden/nowhere\"\n\n" + sendFunc + "func G(x *nowhere.T) { x.Lock() }\n",
	})
	s.mustHelper("./...")
	var table tableJSON
	s.read("sites.json", &table)
	perFile := make(map[string]int)
	for _, x := range table.Sites {
		rel, _ := filepath.Rel(s.dir, x.File)
		perFile[rel]++
	}
	want := map[string]int{"syntax/good.go": 1, "types/types.go": 1, "cgo/plain.go": 1, "gone/gone.go": 1, "cgo/c.go": 1, "old/old.go": 1}
	if !maps.Equal(perFile, want) {
		t.Errorf("sites %v, want %v", perFile, want)
	}
	reasons := make(map[string]string)
	for _, p := range table.Packages {
		reasons[p.Path] = p.Reason
	}
	for path, part := range map[string]string{"golden/syntax": "bad.go: syntax error", "golden/types": "undefined", "golden/gone": "nowhere"} {
		if !strings.Contains(reasons[path], part) {
			t.Errorf("%s: reason %q does not say %q", path, reasons[path], part)
		}
	}
	if _, errs, err := s.goCmd("build", s.buildOverlay(), "./syntax"); err == nil || !strings.Contains(errs, "bad.go:3") {
		t.Errorf("the compiler's words are lost: %v %s", err, errs)
	}
	s.mustGo("build", s.buildOverlay(), "./old")
	t.Run("cgo", func(t *testing.T) {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip(err)
		}
		s.mustGo("build", s.buildOverlay(), "./cgo")
	})
}

// loops prints whether each iteration has a variable of its own, and the line it stands in.
const loops = `
import "runtime"

func Loops(ch chan int) {
	var fs []func()
	for i := 0; i < 2; i++ {
		fs = append(fs, func() { print(i) })
	}
	fs[0]()
	ch <- len(` + "`\n//go:build no\n`" + `)
	_, file, line, _ := runtime.Caller(0)
	print(<-ch, file, line)
}
`

// TestOldModule: before go1.18 there are no generic functions to call, so the rewritten files are of that version;
// before go1.22 loops have one variable for all iterations, and have it still.
func TestOldModule(t *testing.T) {
	files := map[string]string{
		"comment/x.go": "// Package comment\n// has room for a constraint.\npackage comment\n" + loops,
		"build/x.go":   "// Copyright\n\n//go:build linux || !linux\n// +build linux !linux\n\npackage build\n" + loops,
		"bare/x.go":    "package bare\n" + loops,
		"none/x.go":    "package none\n\nconst N = 0_1\n",
		"new/x.go":     "//go:build go1.21\n\npackage new\n" + loops,
		"main.go": "package main\n\nimport (\n\t\"golden/bare\"\n\t\"golden/build\"\n\t\"golden/comment\"\n\t\"golden/new\"\n)\n\nfunc main() {\n" +
			"\tch := make(chan int, 1)\n\tbare.Loops(ch)\n\tbuild.Loops(ch)\n\tcomment.Loops(ch)\n\tnew.Loops(ch)\n\tch <- 1\n}\n",
	}
	for _, module := range []string{"1.16", "1.20", "1.22"} {
		t.Run(module, func(t *testing.T) {
			s := newSandbox(t, module, files)
			s.mustHelper("./...")
			var table tableJSON
			s.read("sites.json", &table)
			unplaced := 0
			if module == "1.16" && version.Compare(runtime.Version(), "go1.26") < 0 {
				unplaced = 2 // in the file without a comment
			}
			for _, u := range table.Unplaced {
				if u.File != filepath.Join(s.dir, "bare/x.go") || !strings.Contains(u.Reason, "below go1.18") {
					t.Errorf("unplaced %+v", u)
				}
			}
			if len(table.Unplaced) != unplaced || len(table.Sites)+unplaced != 9 {
				t.Errorf("sites %+v, unplaced %+v", table.Sites, table.Unplaced)
			}
			s.mustGo("build", "-o", s.path("plain"), ".")
			s.mustGo("build", s.buildOverlay(), "-o", s.path("hooked"), ".")
			if before, after := output(t, s.path("plain")), output(t, s.path("hooked")); before != after {
				t.Errorf("before %q, after %q", before, after)
			}
		})
	}
}

// TestCgo: what is C's has no type for the checker, and is instrumented all the same.
func TestCgo(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip(err)
	}
	s := newSandbox(t, "1.23", map[string]string{"main.go": `package main

/*
#include <stdint.h>
typedef struct { int32_t n; } box;
static int32_t *counter(void) { static int32_t n = 40; return &n; }
static int twice(int n) { return 2 * n; }
static box make(int n) { box b = { n }; return b; }
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

type holder struct {
	sync.Mutex
	b C.box
	n C.int32_t
}

func (h *holder) where() string {
	_, file, line, _ := runtime.Caller(1)
	return fmt.Sprint(file[strings.LastIndex(file, "/"):], line)
}

func main() {
	ints, boxes, plain := make(chan C.int, 8), make(chan C.box, 8), make(chan int, 8)
	ints <- 3
	ints <- C.int(4)
	ints <- C.twice(<-ints)
	plain <- int(C.twice(C.int(len("ab"))))
	fmt.Println(<-ints, <-ints, <-plain)
	boxes <- C.make(7)
	b := <-boxes
	h := &holder{b: b}
	h.Lock()
	h.b.n++
	h.Unlock()
	fmt.Println(h.b.n, h.where())
	fmt.Println(atomic.AddInt32((*int32)(C.counter()), 1), atomic.LoadInt32((*int32)(&h.n)))
	select {
	case boxes <- C.make(1):
	case v, ok := <-boxes:
		fmt.Println(v, ok)
	}
	close(boxes)
	for v := range boxes {
		fmt.Println(v.n)
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func(n C.int) {
		defer wg.Done()
		fmt.Println(C.twice(n), h.where())
	}(C.twice(1))
	wg.Wait()
	if len(os.Args) > 5 {
		fmt.Println(h.Lock)
	}
}
`})
	s.mustHelper(".")
	var table tableJSON
	s.read("sites.json", &table)
	ops := make(map[string]int)
	for _, x := range table.Sites {
		ops[x.Op]++
	}
	want := map[string]int{"send": 5, "recv": 5, "lock": 2, "unlock": 1, "atomic_rmw": 1, "atomic_load": 1, "select": 1,
		"selsend": 1, "selrecv": 1, "close": 1, "range": 1, "wgadd": 1, "go": 1, "wgdone": 1, "wgwait": 1}
	if !maps.Equal(ops, want) || len(table.Unplaced) != 0 {
		t.Errorf("sites %v, want %v; unplaced %v", ops, want, table.Unplaced)
	}
	s.mustGo("build", "-o", s.path("plain"), ".")
	s.mustGo("build", s.buildOverlay(), "-o", s.path("hooked"), ".")
	if before, after := output(t, s.path("plain")), output(t, s.path("hooked")); before != after {
		t.Errorf("before %q, after %q", before, after)
	}
}

// TestWaitGroupGo needs the method of Go 1.25.
func TestWaitGroupGo(t *testing.T) {
	if version.Compare(runtime.Version(), "go1.25") < 0 {
		t.Skip("WaitGroup.Go came with go1.25")
	}
	s := newSandbox(t, "1.23", map[string]string{"main.go": "package main\n\nimport \"sync\"\n\nfunc main() {\n\tvar wg sync.WaitGroup\n\twg.Go(func() { print(1) })\n\tdefer wg.Go(func() { print(2) })\n\twg.Wait()\n}\n"})
	s.mustHelper(".")
	got := s.rewritten("main.go")
	id := strconv.FormatUint(uint64(sites.Key{Pkg: "main", Base: "main.go", Line: 7, Op: sites.Go}.Hash(0)), 10)
	if want := "goknot_hook.P(" + id + ", 21, &wg).Go(func() { print(1) }); goknot_hook.A(" + id + ", 21)"; !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
	s.mustGo("build", s.buildOverlay(), "-o", s.path("prog"), ".")
}

// TestByteOrderMarkAndLineEnds: files from other systems keep working.
func TestByteOrderMarkAndLineEnds(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{
		"main.go": "\ufeff" + strings.ReplaceAll("//go:build !never\n\npackage main\n\nfunc main() {\n\tch := make(chan int, 1)\n\tch <- 1\n\tprint(<-ch)\n}\n", "\n", "\r\n"),
	})
	s.mustHelper(".")
	s.mustGo("build", s.buildOverlay(), "-o", s.path("prog"), ".")
	if out := output(t, s.path("prog")); out != "1" {
		t.Errorf("printed %q", out)
	}
}

// TestReadOnly: with neither tree nor file writable, the outputs are the only files that appear.
func TestReadOnly(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{"lib/lib.go": "package lib\n\n" + sendFunc, "lib/lib_test.go": "package lib\n\nimport \"testing\"\n\nfunc TestF(t *testing.T) { F(make(chan int, 1)) }\n"})
	before := snapshot(t, s.dir)
	setModes(t, s.dir, 0o555, 0o444)
	t.Cleanup(func() { setModes(t, s.dir, 0o755, 0o644) })
	s.mustHelper("./...")
	s.mustGo("test", "-vet=off", s.buildOverlay(), "./...")
	if after := snapshot(t, s.dir); !maps.Equal(before, after) {
		t.Errorf("the tree changed:\nbefore %v\nafter  %v", before, after)
	}
	made := slices.Sorted(maps.Keys(snapshot(t, s.out)))
	if len(made) != 5 { // build.json, overlay.json, sites.json, tests.json and one source
		t.Errorf("made %v", made)
	}
}

func setModes(t *testing.T, root string, dir, file os.FileMode) {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			dirs = append(dirs, path)
			return os.Chmod(path, 0o755)
		}
		return os.Chmod(path, file)
	})
	for _, d := range dirs {
		if err == nil {
			err = os.Chmod(d, dir)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// snapshot is content and time of every file; root may write to read-only files, so modes alone prove nothing.
func snapshot(t *testing.T, root string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		files[path] = string(data) + info.ModTime().String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestStable: a second run on the same source leaves every output alone; a change touches what it must.
func TestStable(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{"a/a.go": "package a\n\n" + sendFunc, "b/b.go": "package b\n\n" + sendFunc})
	s.mustHelper("./...")
	first := snapshot(t, s.out)
	s.mustHelper("./...")
	if again := snapshot(t, s.out); !maps.Equal(first, again) {
		t.Error("the second run touched its outputs")
	}
	s.write("b/b.go", "package b\n\n\n"+sendFunc)
	s.mustHelper("./...")
	third := snapshot(t, s.out)
	for path, text := range first {
		same := text == third[path]
		if touched := strings.HasSuffix(path, "/b.go") || strings.HasSuffix(path, "sites.json"); same == touched {
			t.Errorf("%s: same %v after a change of b.go", path, same)
		}
	}
}

func TestOnlyAndUserOverlay(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{"a/a.go": "package a\n\n" + sendFunc, "b/b.go": "package b\n", "c/c.go": "package c\n\n" + sendFunc})
	s.write("../other.go", "package b\n\n"+sendFunc)
	user, err := json.Marshal(overlayFile{map[string]string{filepath.Join(s.dir, "b/b.go"): filepath.Join(filepath.Dir(s.dir), "other.go")}})
	if err != nil {
		t.Fatal(err)
	}
	s.write("../user.json", string(user))
	code, errs := s.helper([]string{"./..."}, "-only", "golden/a,golden/b", "-user-overlay", filepath.Join(s.dir, "../user.json"))
	if code != exitOK {
		t.Fatal(errs)
	}
	var table tableJSON
	s.read("sites.json", &table)
	var got []string
	for _, x := range table.Sites {
		got = append(got, x.Pkg)
	}
	if !slices.Equal(got, []string{"golden/a", "golden/b"}) {
		t.Errorf("sites in %v", got)
	}
}

func TestExitCodes(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{"a/a.go": "package a\n"})
	if code, errs := s.helper([]string{"./..."}, "-only", "golden/z"); code != exitUsage || !strings.Contains(errs, "no package") {
		t.Errorf("nothing to do: %d %s", code, errs)
	}
	if code, _ := s.helper([]string{"./..."}, "-bogus"); code != exitUsage {
		t.Errorf("unknown flag: %d", code)
	}
	if code, _ := s.helper([]string{"./..."}, "-sites", "/nonexistent/dir/sites.json"); code != exitOwn {
		t.Errorf("unwritable output: %d", code)
	}
	var errs strings.Builder
	args := []string{"rewrite", "-out", s.out, "-sites", s.path("s"), "-overlay", s.path("o"), "-tests", s.path("t")}
	if code := run(args, strings.NewReader(`{"ImportPath": "x`), &errs); code != exitOwn {
		t.Errorf("cut list: %d", code)
	}
	if code := run(nil, nil, &errs); code != exitUsage {
		t.Errorf("no command: %d", code)
	}
	if code := run([]string{"dance"}, nil, &errs); code != exitUsage {
		t.Errorf("unknown command: %d", code)
	}
}

func TestTestList(t *testing.T) {
	s := newSandbox(t, "1.23", map[string]string{
		"a/a.go":      "package a\n",
		"a/z_test.go": "package a\n\nimport tt \"testing\"\n\nfunc TestZ(t *tt.T) {}\nfunc Testing(t *tt.T) {}\nfunc TestA(t *tt.T) {}\nfunc Test(*tt.T) {}\nfunc FuzzX(f *tt.F) {}\nfunc TestMain(m *tt.M) { m.Run() }\ntype T struct{}\nfunc (T) TestMethod(t *tt.T) {}\n",
		"a/x_test.go": "package a_test\n\nimport (\n\t\"fmt\"\n\t\"testing\"\n)\n\nfunc TestÄ(t *testing.T) {}\nfunc Example() {\n\tfmt.Println(1)\n\t// Output: 1\n}\nfunc ExampleB() {\n\t// Output:\n}\nfunc ExampleNever() {\n}\nfunc ExampleA() { fmt.Print(2)\n\t// Output: 2\n}\n",
		"a/w_test.go": "//go:build never\n\npackage a\n\nfunc TestHidden(t *testing.T) {}\n",
		"b/b.go":      "package b\n",
	})
	s.mustHelper("./...")
	data, err := os.ReadFile(s.path("tests.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(got)
	want := `{"packages":[{"dir":"` + s.dir + `/a","examples":["Example","ExampleB","ExampleA"],"fuzz":["FuzzX"],"has_testmain":true,"module":"golden","module_dir":"` + s.dir + `","name":"a","path":"golden/a","tests":["TestZ","TestA","Test","TestÄ"]}],"version":1}`
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	// go test itself must agree.
	list := s.mustGo("test", "-vet=off", "-list", ".", "./a")
	for _, name := range []string{"TestZ", "TestA", "Test", "TestÄ", "FuzzX", "Example", "ExampleB", "ExampleA"} {
		if !slices.Contains(strings.Split(list, "\n"), name) {
			t.Errorf("go test -list does not know %s:\n%s", name, list)
		}
	}
}
