// SPDX-License-Identifier: BSD-2-Clause

// Package runtimeedit makes the overlay that puts goknot's scheduler into the runtime: named edits of
// files of the user's own GOROOT, found by syntax tree, and the files of the shim added beside them.
// No Go source of a release is kept in goknot.
package runtimeedit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/token"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// Overlay writes the edited and added files below out and returns what each path of GOROOT is replaced by.
// An empty replacement removes the file. shim is the directory runtime-shim.
func Overlay(goroot, shim, out string) (map[string]string, error) {
	open := map[string]*source{}
	if err := apply(open, goroot, edits, false); err != nil {
		return nil, err
	}
	if err := apply(open, goroot, optional, true); err != nil {
		return nil, err
	}
	if err := checkMutex(goroot); err != nil {
		return nil, err
	}
	if err := addFields(open, goroot); err != nil {
		return nil, err
	}
	if err := renameInternal(open, goroot); err != nil {
		return nil, err
	}
	replace := map[string]string{}
	for _, rel := range sortedKeys(open) {
		text, err := open[rel].result()
		if err != nil {
			return nil, err
		}
		if err := put(replace, goroot, rel, out, text); err != nil {
			return nil, err
		}
	}
	for _, rel := range removed {
		p := filepath.Join(goroot, "src", rel)
		if _, err := os.Stat(p); err != nil {
			return nil, fmt.Errorf("this Go release has no %s, which goknot must replace", rel)
		}
		replace[p] = ""
	}
	assembly := map[string][]byte{}
	for _, r := range renamed {
		text, ok := assembly[r[0]]
		if !ok {
			var err error
			if text, err = os.ReadFile(filepath.Join(goroot, "src", r[0])); err != nil {
				return nil, fmt.Errorf("goknot must edit %s, which this Go release does not have: %v", r[0], err)
			}
		}
		if bytes.Count(text, []byte(r[1])) != 1 {
			return nil, fmt.Errorf("goknot cannot find %q in %s of this Go release", r[1], r[0])
		}
		assembly[r[0]] = bytes.Replace(text, []byte(r[1]), []byte(r[2]), 1)
	}
	for _, rel := range sortedKeys(assembly) {
		if err := put(replace, goroot, rel, out, assembly[rel]); err != nil {
			return nil, err
		}
	}
	return replace, addShim(replace, goroot, shim, out)
}

func apply(open map[string]*source, goroot string, list []edit, mayMiss bool) error {
	for _, e := range list {
		s := open[e.file]
		if s == nil {
			var err error
			if s, err = openSource(goroot, e.file); err != nil {
				if mayMiss && os.IsNotExist(err) {
					continue
				}
				return fmt.Errorf("goknot must edit %s, which this Go release does not have: %v", e.file, err)
			}
			open[e.file] = s
		}
		f := s.fn(e.name)
		if f == nil {
			if mayMiss {
				continue
			}
			return fmt.Errorf("goknot must edit function %s in %s, which this Go release does not have", e.name, e.file)
		}
		if err := e.apply(s, f); err != nil {
			return fmt.Errorf("goknot cannot edit function %s in %s of this Go release: %v", e.name, e.file, err)
		}
	}
	return nil
}

// addFields gives the type g a last field for what goknot keeps per goroutine, and declares g as it was, knotPlainG, which
// is what goroutines get when goknot is not attached: see knotNewG. Channels get a clock: see knotNatMeets.
func addFields(open map[string]*source, goroot string) error {
	s, fields, err := addField(open, goroot, "runtime/runtime2.go", "g", "knot knotG")
	if err != nil {
		return err
	}
	s.insert(s.tree.FileEnd, "\ntype knotPlainG "+fields+"\n")
	_, _, err = addField(open, goroot, "runtime/chan.go", "hchan", "knotClock uint64")
	return err
}

// addField gives a structure a last field. It returns the file and the text of the structure as it was.
func addField(open map[string]*source, goroot, rel, name, field string) (*source, string, error) {
	s := open[rel]
	if s == nil {
		var err error
		if s, err = openSource(goroot, rel); err != nil {
			return nil, "", err
		}
		open[rel] = s
	}
	for _, sp := range s.specs(token.TYPE) {
		ts, ok := sp.(*ast.TypeSpec)
		if !ok || ts.Name.Name != name {
			continue
		}
		if st, ok := ts.Type.(*ast.StructType); ok {
			s.insert(st.Fields.Closing, field+" ") // on its line: functions keep theirs
			return s, string(s.text[s.offset(st.Pos()):s.offset(st.End())]), nil
		}
	}
	return nil, "", fmt.Errorf("goknot must add a field to type %s in %s, which this Go release does not have", name, rel)
}

// renameInternal carries out internalCalls in every file of the runtime that is built here.
func renameInternal(open map[string]*source, goroot string) error {
	dir := filepath.Join(goroot, "src", "runtime")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = "linux", "amd64", true
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		rel := "runtime/" + name
		s := open[rel]
		if s == nil {
			// Most files name none of them, and parsing takes longest.
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			if !namesInternal(text) {
				continue
			}
		}
		if ok, err := ctx.MatchFile(dir, name); err != nil || !ok {
			continue
		}
		if s == nil {
			if s, err = openSource(goroot, rel); err != nil {
				return err
			}
		}
		n := len(s.cuts)
		ast.Inspect(s.tree, func(x ast.Node) bool {
			if c, ok := x.(*ast.CallExpr); ok && len(c.Args) == 0 {
				if id, ok := c.Fun.(*ast.Ident); ok && !(id.Name == "nanotime" && programClock[name]) {
					if to := internalCalls[id.Name]; to != "" {
						s.replace(id.Pos(), id.End(), to)
					}
				}
			}
			return true
		})
		if len(s.cuts) > n {
			open[rel] = s
		}
	}
	return nil
}

func namesInternal(text []byte) bool {
	for name := range internalCalls {
		if bytes.Contains(text, []byte(name)) {
			return true
		}
	}
	return false
}

// addShim adds the files of the shim to their packages.
func addShim(replace map[string]string, goroot, shim, out string) error {
	for from, to := range map[string]string{"runtime": "runtime", "sync": "sync", "testing": "testing", "hook": "structs",
		"signal": "os/signal", "os": "os", "poll": "internal/poll", "unix": "internal/syscall/unix", "rand": "math/rand"} {
		entries, err := os.ReadDir(filepath.Join(shim, from))
		if err != nil {
			return err
		}
		for _, e := range entries {
			asm := strings.HasSuffix(e.Name(), ".s")
			if !asm && !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			text, err := os.ReadFile(filepath.Join(shim, from, e.Name()))
			if err != nil {
				return err
			}
			if err := put(replace, goroot, to+"/"+e.Name(), out, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes one file of the overlay, leaving it alone when it is there with the same text.
func put(replace map[string]string, goroot, rel, out string, text []byte) error {
	dst := filepath.Join(out, strings.ReplaceAll(rel, "/", "_"))
	replace[filepath.Join(goroot, "src", filepath.FromSlash(rel))] = dst
	if old, err := os.ReadFile(dst); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return os.WriteFile(dst, text, 0o644)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
