// SPDX-License-Identifier: BSD-2-Clause

// Package testlist finds the tests of a package by the rules of go test.
package testlist

import (
	"go/ast"
	"go/doc"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"goknot/helper/internal/golist"
)

// Package lists what go test would run, in source order. A name that both the internal and the external test package
// have stands there once.
type Package struct {
	Path        string   `json:"path"`
	Dir         string   `json:"dir"`
	Name        string   `json:"name"`
	Tests       []string `json:"tests"`
	Examples    []string `json:"examples"`
	Fuzz        []string `json:"fuzz"`
	HasTestMain bool     `json:"has_testmain"`

	// The main module that it is of: a workspace has several.
	Module    string `json:"module,omitempty"`
	ModuleDir string `json:"module_dir,omitempty"`

	// Of tests that do not run with all their subtests.
	Subtests []Subtests `json:"subtests,omitempty"`
}

// Find looks at the test files of p, which parse gives it. It reports false when there are none. A file that does not
// parse, for which parse gives nil, is left out: the build tells.
func Find(p *golist.Package, parse func(path string) (*ast.File, error)) (Package, bool, error) {
	out := Package{Path: p.ImportPath, Dir: p.Dir, Name: p.Name, Tests: []string{}, Examples: []string{}, Fuzz: []string{}}
	files := append(p.Files(p.TestGoFiles), p.Files(p.XTestGoFiles)...)
	for _, path := range files {
		f, err := parse(path)
		if err != nil {
			return out, false, err
		}
		if f != nil {
			out.add(f)
		}
	}
	return out, len(files) > 0, nil
}

func (p *Package) add(f *ast.File) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil {
			continue
		}
		switch name := fn.Name.Name; {
		case name == "TestMain" && takes(fn, "M"):
			p.HasTestMain = true
		case isTest(name, "Test") && takes(fn, "T"):
			p.Tests = once(p.Tests, name)
		case isTest(name, "Fuzz") && takes(fn, "F"):
			p.Fuzz = once(p.Fuzz, name)
		}
	}
	examples := doc.Examples(f)
	slices.SortFunc(examples, func(a, b *doc.Example) int { return a.Order - b.Order })
	for _, e := range examples {
		// go test compiles an example without an output comment but does not run it.
		if e.Output != "" || e.EmptyOutput {
			p.Examples = once(p.Examples, "Example"+e.Name)
		}
	}
}

func once(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// isTest: "Test" and "TestX" are tests, "Testing" is not.
func isTest(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return false
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || !unicode.IsLower(r)
}

// takes tells whether fn is func(*testing.arg); like go test it looks at the words only, since testing may be
// imported under any name.
func takes(fn *ast.FuncDecl, arg string) bool {
	t := fn.Type
	if t.TypeParams != nil || t.Results != nil && len(t.Results.List) > 0 || len(t.Params.List) != 1 || len(t.Params.List[0].Names) > 1 {
		return false
	}
	star, ok := t.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	switch x := star.X.(type) {
	case *ast.Ident:
		return x.Name == arg
	case *ast.SelectorExpr:
		return x.Sel.Name == arg
	}
	return false
}
