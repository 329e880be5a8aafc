// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// listed is a package as go list prints it.
type listed struct {
	Dir, ImportPath, Name, Export string
	Standard                      bool
	Module                        *struct{ Main bool }
	GoFiles, CgoFiles             []string
	ImportMap                     map[string]string
	Deps                          []string
}

func (p *listed) own() bool { return p.Module != nil && p.Module.Main }

func (p *listed) files() (paths []string) {
	for _, name := range append(append([]string(nil), p.GoFiles...), p.CgoFiles...) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(p.Dir, name)
		}
		paths = append(paths, name)
	}
	return paths
}

func plain(importPath string) string {
	path, _, _ := strings.Cut(importPath, " ")
	return path
}

// A world is all packages of one answer of go list.
type world struct {
	all    []*listed
	byPath map[string]*listed
	fset   *token.FileSet
}

func readList(r io.Reader) (*world, error) {
	w := &world{byPath: make(map[string]*listed), fset: token.NewFileSet()}
	for dec := json.NewDecoder(r); ; {
		p := new(listed)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return w, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading the answer of go list: %w", err)
		}
		w.all = append(w.all, p)
		w.byPath[p.ImportPath] = p
	}
}

// isTestMain: the main package of a test lies in the build cache; nobody has written it.
func (w *world) isTestMain(p *listed) bool {
	return strings.HasSuffix(p.ImportPath, ".test") && len(p.GoFiles) == 1 && filepath.IsAbs(p.GoFiles[0])
}

// importer reads export data, of the variants that p was compiled with.
func (w *world) importer(p *listed) types.Importer {
	variant := make(map[string]string)
	for _, d := range p.Deps {
		if b := plain(d); b != d {
			variant[b] = d
		}
	}
	gc := importer.ForCompiler(w.fset, "gc", func(path string) (io.ReadCloser, error) {
		if v, ok := variant[path]; ok {
			path = v
		}
		if d := w.byPath[path]; d != nil && d.Export != "" {
			return os.Open(d.Export)
		}
		return nil, fmt.Errorf("no export data for %q", path)
	})
	return importMap{p.ImportMap, gc}
}

type importMap struct {
	to   map[string]string
	next types.Importer
}

func (m importMap) Import(path string) (*types.Package, error) {
	if to, ok := m.to[path]; ok {
		path = plain(to)
	}
	return m.next.Import(path)
}

// check parses and type-checks p. Errors of the type checker are returned beside what could be found out.
func (w *world) check(p *listed) (files []*ast.File, info *types.Info, problems []error) {
	for _, path := range p.files() {
		f, err := parser.ParseFile(w.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			problems = append(problems, err)
		}
		if f != nil {
			files = append(files, f)
		}
	}
	info = &types.Info{Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object)}
	conf := types.Config{Importer: w.importer(p), FakeImportC: true, Error: func(err error) { problems = append(problems, err) }}
	conf.Check(plain(p.ImportPath), w.fset, files, info)
	return files, info, problems
}

// lines counts the lines of all distinct files of the listed packages, those of the standard library left out.
func (w *world) lines() (own, deps int) {
	seen := make(map[string]bool)
	for _, p := range w.all {
		if p.Standard || w.isTestMain(p) {
			continue
		}
		for _, path := range p.files() {
			if seen[path] {
				continue
			}
			seen[path] = true
			if src, err := os.ReadFile(path); err != nil {
				continue
			} else if p.own() {
				own += bytes.Count(src, []byte("\n"))
			} else {
				deps += bytes.Count(src, []byte("\n"))
			}
		}
	}
	return own, deps
}
