// SPDX-License-Identifier: BSD-2-Clause

package runtimeedit

import (
	"fmt"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The shim's hashes are taken out of its source and run by a program of their own: inside package runtime no
// test could call them.
var nameFuncs = map[string][]string{
	"knot.go":      {"knotMix"},
	"knot_name.go": {"knotChildPath", "knotFnv", "knotFnvByte", "knotFnvUint", "knotFnvPkg", "unhex"},
	"knot_ring.go": {"knotOpKey", "knotPairKey"},
}

const namesMain = `package main

import (
	"bufio"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var kind, pkg, file string
		var a, b, c, d uint64
		line := in.Text()
		fmt.Sscan(line, &kind)
		switch kind {
		case "fnv32":
			var s string
			fmt.Sscanf(line, "fnv32 %q", &s)
			fmt.Printf("%08x\n", knotFnv(2166136261, s))
		case "site":
			fmt.Sscanf(line, "site %s %s %d %d %d", &pkg, &file, &a, &b, &c)
			h := knotFnvByte(knotFnv(knotFnvByte(knotFnvPkg(2166136261, pkg), '/'), file), ':')
			h = knotFnvByte(knotFnvUint(h, uint(a)), ':')
			h = knotFnvByte(knotFnvUint(h, uint(b)), ':')
			fmt.Printf("%08x\n", knotFnvUint(h, uint(c)))
		case "mix":
			fmt.Sscanf(line, "mix %x", &a)
			fmt.Printf("%016x\n", knotMix(a))
		case "child":
			fmt.Sscanf(line, "child %x %x %d", &a, &b, &c)
			fmt.Printf("%016x\n", knotChildPath(a, uint32(b), uint32(c)))
		case "op":
			fmt.Sscanf(line, "op %x %x %d", &a, &b, &c)
			fmt.Printf("%016x\n", knotOpKey(a, uint32(b), uint8(c)))
		case "pair":
			fmt.Sscanf(line, "pair %x %d %x %x", &a, &b, &c, &d)
			fmt.Printf("%016x\n", knotPairKey(a, b, c, d))
		default:
			fmt.Println("?")
		}
	}
}
`

func TestNamesOfTheShim(t *testing.T) {
	dir := t.TempDir()
	program := namesMain
	for file, names := range nameFuncs {
		text, err := os.ReadFile(filepath.Join(shim, "runtime", file))
		if err != nil {
			t.Fatal(err)
		}
		root := t.TempDir()
		write(t, root, file, string(text))
		s, err := openSource(root, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			f := s.fn(name)
			if f == nil {
				t.Fatalf("%s has no %s", file, name)
			}
			program += "\n" + string(text[s.offset(f.Pos()):s.offset(f.End())]) + "\n"
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	vectors, err := os.ReadFile("../../../../tests/vectors/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	var ask, want []string
	for _, line := range strings.Split(string(vectors), "\n") {
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			ask, want = append(ask, line), append(want, line[i+1:])
		}
	}
	if len(want) < 20 {
		t.Fatalf("%d vectors", len(want))
	}
	cmd := exec.Command("go", "run", filepath.Join(dir, "main.go"))
	cmd.Stdin = strings.NewReader(strings.Join(ask, "\n") + "\n")
	cmd.Stderr = os.Stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(string(answer))
	if len(got) != len(want) {
		t.Fatalf("%d answers to %d vectors", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: the shim gives %s", ask[i], got[i])
		}
	}
}

// The wrappers of package sync cannot import the generated constants: theirs must be the same numbers.
func TestOperationNumbersOfSync(t *testing.T) {
	numbers := map[string]string{}
	collect := func(path string, keep func(name string) string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		root := t.TempDir()
		write(t, root, "x.go", string(text))
		s, err := openSource(root, "x.go")
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(s.tree, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok || len(v.Names) != 1 || len(v.Values) != 1 {
				return true
			}
			l, ok := v.Values[0].(*ast.BasicLit)
			if name := keep(v.Names[0].Name); ok && name != "" {
				if old := numbers[name]; old != "" && old != l.Value {
					t.Errorf("%s is %s in %s and %s in the ABI", v.Names[0].Name, l.Value, path, old)
				} else if old == "" {
					numbers[name] = l.Value
				}
			}
			return true
		})
	}
	collect(filepath.Join(shim, "runtime/knot_abi.go"), func(name string) string {
		if op, ok := strings.CutPrefix(name, "knotOp"); ok {
			return strings.ToLower(op)
		}
		return ""
	})
	n := len(numbers)
	if n < 30 {
		t.Fatalf("%d operations in the ABI", n)
	}
	for _, f := range []string{"sync/knot.go", "sync/knot_go125.go"} {
		collect(filepath.Join(shim, f), func(name string) string {
			return strings.ToLower(strings.TrimPrefix(name, "knot"))
		})
	}
	if len(numbers) != n {
		t.Error(fmt.Sprint("package sync names operations that the ABI does not have: ", numbers))
	}
}
