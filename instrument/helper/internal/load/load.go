// SPDX-License-Identifier: BSD-2-Clause

// Package load parses and type-checks a package from its source and the export data of its imports.
package load

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"go/version"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"goknot/helper/internal/golist"
)

// File is one source file. Skip, when not empty, says why it carries no hooks.
type File struct {
	Path string
	Src  []byte
	AST  *ast.File
	Skip string

	Language string // its version, "" = not known
	Old      bool   // that has no generic functions, which the hooks are
}

// Package is a type-checked package. Type errors are no failure: the operations whose types are known can be
// instrumented, and the build reports the rest in the compiler's own words.
type Package struct {
	Target    golist.Target
	Fset      *token.FileSet
	Files     []*File
	Types     *types.Package
	Info      *types.Info
	TypeError error // the first one
}

// Loader loads packages one after the other; it is not safe for concurrent use. Imports of packages outside
// the one test are read once and shared.
type Loader struct {
	list   *golist.List
	source func(path string) ([]byte, error)
	fset   *token.FileSet
	shared types.Importer
}

// NewLoader makes a loader that reads files through source.
func NewLoader(list *golist.List, source func(path string) ([]byte, error)) *Loader {
	l := &Loader{list: list, source: source, fset: token.NewFileSet()}
	l.shared = l.newImporter(nil)
	return l
}

// newImporter reads export data. The paths in export data are bare, so a package compiled for a test is known
// by its base; variants says which entry of the list stands behind a base.
func (l *Loader) newImporter(variants map[string]string) types.Importer {
	return importer.ForCompiler(l.fset, "gc", func(path string) (io.ReadCloser, error) {
		entry := path
		if v, ok := variants[path]; ok {
			entry = v
		}
		p := l.list.ByPath[entry]
		if p == nil || p.Export == "" {
			return nil, fmt.Errorf("no export data for %q", entry)
		}
		return os.Open(p.Export)
	})
}

// mapped applies the ImportMap of the importing package.
type mapped struct {
	imports map[string]string
	next    types.Importer
}

func (m mapped) Import(path string) (*types.Package, error) {
	if to, ok := m.imports[path]; ok {
		path = golist.Base(to)
	}
	return m.next.Import(path)
}

func (l *Loader) importerFor(p *golist.Package) types.Importer {
	variants := make(map[string]string)
	for _, to := range p.ImportMap {
		if base := golist.Base(to); base != to {
			variants[base] = to
		}
	}
	if len(variants) == 0 {
		return mapped{p.ImportMap, l.shared}
	}
	return mapped{p.ImportMap, l.newImporter(variants)}
}

// GenericsVersion is the first version of the language that the hooks can be called in.
const GenericsVersion = "go1.18"

// Load parses and checks one package. An error means that a file cannot be read.
func (l *Loader) Load(t golist.Target) (*Package, error) {
	pkg := &Package{Target: t, Fset: l.fset, Info: &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Uses:         make(map[*ast.Ident]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		FileVersions: make(map[*ast.File]string),
	}}
	var asts []*ast.File
	for _, path := range slices.Concat(t.Files(t.GoFiles), t.Files(t.CgoFiles)) {
		f, err := l.parse(path)
		if err != nil {
			return nil, err
		}
		pkg.Files = append(pkg.Files, f)
		if f.AST != nil {
			asts = append(asts, f.AST)
		}
	}
	conf := types.Config{
		Importer:                 l.importerFor(t.Package),
		GoVersion:                Language(t.Module),
		FakeImportC:              true,
		DisableUnusedImportCheck: true,
		Sizes:                    types.SizesFor("gc", runtime.GOARCH),
		Error: func(err error) {
			if pkg.TypeError == nil {
				pkg.TypeError = err
			}
		},
	}
	pkg.Types, _ = conf.Check(golist.Base(t.ImportPath), l.fset, asts, pkg.Info)
	for _, f := range pkg.Files {
		v := pkg.Info.FileVersions[f.AST]
		f.Language, f.Old = v, v != "" && version.Compare(v, GenericsVersion) < 0
	}
	return pkg, nil
}

// parse reads one file; one with syntax errors is kept as far as the parser got, for its declarations.
func (l *Loader) parse(path string) (*File, error) {
	src, err := l.source(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Src: src}
	f.AST, err = parser.ParseFile(l.fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		f.Skip = "syntax error: " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return f, nil
}

// Language is the version for the type checker. A module without a go directive is go1.16; a version newer
// than this toolchain would make the checker give up, the go command has its own words for that.
func Language(m *golist.Module) string {
	if m == nil {
		return ""
	}
	v := "go1.16"
	if m.GoVersion != "" {
		v = "go" + m.GoVersion
	}
	if !version.IsValid(v) || version.Compare(v, Release()) > 0 {
		return ""
	}
	return v
}

// Release is that of the toolchain, as in "go1.26.3".
func Release() string {
	v, _, _ := strings.Cut(runtime.Version(), " ")
	return v
}

// LinesChangeLoops tells whether a line directive changes the meaning of a file of a language version: before go1.26
// the compiler takes a file with one for a file of the newest version, whose loops have a variable an iteration.
func LinesChangeLoops(language string) bool {
	return language != "" && version.Compare(language, "go1.22") < 0 && version.Compare(Release(), "go1.26") < 0
}
