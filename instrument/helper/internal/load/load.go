// SPDX-License-Identifier: BSD-2-Clause

// Package load parses and type-checks packages from their source and the export data of their imports.
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
	"sync"

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

	reduced *ast.File
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
	// Functions and specs of declarations without anything that could be an operation; there are no types of what
	// is in them.
	Idle map[ast.Node]bool
}

// Loader loads packages in three steps: Parse each unit, Import once, Check each unit. Parse and Check are safe for
// concurrent use.
type Loader struct {
	list *golist.List
	fset *token.FileSet
	// Whole has it check whole packages, whatever is in them: for tests.
	Whole bool

	mu       sync.Mutex
	wanted   map[string]bool
	imported map[string]*types.Package
	whole    int
}

// NewLoader makes a loader for packages of list.
func NewLoader(list *golist.List) *Loader {
	return &Loader{
		list: list, fset: token.NewFileSet(),
		wanted: make(map[string]bool), imported: make(map[string]*types.Package),
	}
}

// Unit is a package and, behind it, its external test, which are loaded together.
type Unit struct {
	Packages []*Package
	reduced  bool
}

// Parse reads the files of a unit through source. An error means that a file cannot be read.
func (l *Loader) Parse(targets []golist.Target, source func(path string) ([]byte, error)) (*Unit, error) {
	u := new(Unit)
	for _, t := range targets {
		p := &Package{Target: t, Fset: l.fset}
		for _, path := range slices.Concat(t.Files(t.GoFiles), t.Files(t.CgoFiles)) {
			f, err := l.parse(path, source)
			if err != nil {
				return nil, err
			}
			p.Files = append(p.Files, f)
		}
		u.Packages = append(u.Packages, p)
	}
	u.reduced = !l.Whole && canReduce(u.Packages)
	if u.reduced {
		l.reduce(u.Packages)
		l.want(u)
	}
	return u, nil
}

// want notes the imports that Import is to read.
func (l *Loader) want(u *Unit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, p := range u.Packages {
		if len(othersVariants(u, i)) > 0 {
			continue
		}
		for _, f := range p.Files {
			for _, spec := range f.reduced.Imports {
				if path := resolve(p.Target.ImportMap, importPath(spec)); !u.isOwn(i, path) {
					l.wanted[path] = true
				}
			}
		}
	}
}

// Import reads the export data of all that the units parsed so far import, once: reading that of one package adds to
// others, so nobody may look at any before the last is read.
func (l *Loader) Import() {
	shared := l.newImporter(nil)
	for path := range l.wanted {
		// What cannot be imported is an error of the package that does, which is checked as a whole then.
		if p, err := shared.Import(path); err == nil {
			l.imported[path] = p
		}
	}
}

// Check finds the types. Where leaving out code makes a difference, of which an error is the sign, nothing is left out.
func (l *Loader) Check(u *Unit) {
	if u.reduced && l.checkReduced(u) {
		return
	}
	l.mu.Lock()
	l.whole++
	l.mu.Unlock()
	shared := l.newImporter(nil)
	for i, p := range u.Packages {
		p.Idle = nil
		next := shared
		if v := variants(p.Target.ImportMap); len(v) > 0 {
			next = l.newImporter(v)
		}
		var asts []*ast.File
		for _, f := range u.Packages[i].Files {
			if f.AST != nil {
				asts = append(asts, f.AST)
			}
		}
		l.check(p, asts, mapped{p.Target.ImportMap, next})
		for _, f := range p.Files {
			f.setLanguage(p.Info.FileVersions[f.AST])
		}
	}
}

// WholeUnits is the number of units that had to be checked as a whole.
func (l *Loader) WholeUnits() int { return l.whole }

func (l *Loader) checkReduced(u *Unit) bool {
	for i, p := range u.Packages {
		var next types.Importer = importerFunc(func(path string) (*types.Package, error) {
			if u.isOwn(i, path) {
				return u.Packages[0].Types, nil
			}
			if p := l.imported[path]; p != nil {
				return p, nil
			}
			return nil, fmt.Errorf("%q was not imported", path)
		})
		if len(othersVariants(u, i)) > 0 {
			next = l.newImporter(variants(p.Target.ImportMap))
		}
		var asts []*ast.File
		for _, f := range p.Files {
			asts = append(asts, f.reduced)
		}
		if l.check(p, asts, mapped{p.Target.ImportMap, next}); p.TypeError != nil {
			return false
		}
		for _, f := range p.Files {
			f.setLanguage(p.Info.FileVersions[f.reduced])
		}
	}
	return true
}

// check runs the type checker. A package compiled for a test is known by its base.
func (l *Loader) check(p *Package, asts []*ast.File, imp types.Importer) {
	p.TypeError = nil
	p.Info = &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Uses:         make(map[*ast.Ident]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		FileVersions: make(map[*ast.File]string),
	}
	conf := types.Config{
		Importer:                 imp,
		GoVersion:                Language(p.Target.Module),
		FakeImportC:              true,
		DisableUnusedImportCheck: true,
		Sizes:                    types.SizesFor("gc", runtime.GOARCH),
		Error: func(err error) {
			if p.TypeError == nil {
				p.TypeError = err
			}
		},
	}
	p.Types, _ = conf.Check(golist.Base(p.Target.ImportPath), l.fset, asts, p.Info)
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

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// mapped applies the ImportMap of the importing package.
type mapped struct {
	imports map[string]string
	next    types.Importer
}

func (m mapped) Import(path string) (*types.Package, error) {
	return m.next.Import(resolve(m.imports, path))
}

func resolve(importMap map[string]string, path string) string {
	if to, ok := importMap[path]; ok {
		return golist.Base(to)
	}
	return path
}

// variants are the imports that stand for packages compiled for a test, by their bases.
func variants(importMap map[string]string) map[string]string {
	found := make(map[string]string)
	for _, to := range importMap {
		if base := golist.Base(to); base != to {
			found[base] = to
		}
	}
	return found
}

// isOwn tells whether path is the unit's own package, seen from its external test: that one is there already,
// and only what is compiled for the test itself can know its types.
func (u *Unit) isOwn(i int, path string) bool {
	return i > 0 && path == golist.Base(u.Packages[0].Target.ImportPath)
}

// othersVariants are the imports compiled for the test of the unit, but for its own package: their types belong to
// another copy of that.
func othersVariants(u *Unit, i int) map[string]string {
	found := variants(u.Packages[i].Target.ImportMap)
	if i > 0 {
		delete(found, golist.Base(u.Packages[0].Target.ImportPath))
	}
	return found
}

// GenericsVersion is the first version of the language that the hooks can be called in.
const GenericsVersion = "go1.18"

func (f *File) setLanguage(v string) {
	f.Language, f.Old = v, v != "" && version.Compare(v, GenericsVersion) < 0
}

// parse reads one file; one with syntax errors is kept as far as the parser got, for its declarations.
func (l *Loader) parse(path string, source func(path string) ([]byte, error)) (*File, error) {
	src, err := source(path)
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
