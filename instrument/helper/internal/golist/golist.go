// SPDX-License-Identifier: BSD-2-Clause

// Package golist reads what `go list -e -json -deps -test -export` prints and picks the packages to instrument.
package golist

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// Module is the module of a package.
type Module struct {
	Path      string
	Version   string
	Main      bool
	Dir       string
	GoMod     string
	GoVersion string
	Replace   *Module
}

// Package is one entry of the list, as far as it is needed here.
type Package struct {
	Dir        string
	ImportPath string
	Name       string
	Export     string
	ForTest    string
	Standard   bool
	Error      *struct{ Err string }
	DepOnly    bool
	Module     *Module
	GoFiles    []string
	// Those that the go command cannot read or make sense of.
	InvalidGoFiles []string
	CgoFiles       []string
	TestGoFiles    []string
	XTestGoFiles   []string
	// What go:embed directives stand for.
	EmbedFiles, TestEmbedFiles, XTestEmbedFiles []string
	Imports                                     []string
	ImportMap                                   map[string]string
}

// Base is the import path without the name of the test it was compiled for.
func (p *Package) Base() string {
	return Base(p.ImportPath)
}

// Base strips " [pkg.test]" off an import path.
func Base(importPath string) string {
	base, _, _ := strings.Cut(importPath, " ")
	return base
}

// Files returns absolute names for names of the list.
func (p *Package) Files(names []string) []string {
	list := make([]string, 0, len(names))
	for _, n := range names {
		if strings.ContainsRune(n, utf8.RuneError) {
			n = p.onDisk(n)
		}
		if !filepath.IsAbs(n) {
			n = filepath.Join(p.Dir, n)
		}
		list = append(list, n)
	}
	return list
}

// onDisk is the name that go list could not write: its answer is JSON, which has U+FFFD for what is not UTF-8.
func (p *Package) onDisk(name string) string {
	entries, err := os.ReadDir(p.Dir)
	if err != nil {
		return name // reading the file will tell
	}
	for _, e := range entries {
		if e.Name() != name && string([]rune(e.Name())) == name {
			return e.Name()
		}
	}
	return name
}

// Target is a package to instrument.
type Target struct {
	*Package
	// Path is the import path in the site table: the base, or base_test for an external test.
	Path string
	// Symbol is the import path as it stands in the symbol names of the functions.
	Symbol string
	// Reason, when not empty, says why the package must be left alone.
	Reason string
	// External: it is the external test of the target before it.
	External bool
}

// List is a whole answer of go list.
type List struct {
	Packages []*Package
	ByPath   map[string]*Package
}

// Read decodes the stream of objects.
func Read(r io.Reader) (*List, error) {
	l := &List{ByPath: make(map[string]*Package)}
	for dec := json.NewDecoder(r); ; {
		p := new(Package)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return l, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading the answer of go list: %w", err)
		}
		l.Packages = append(l.Packages, p)
		l.ByPath[p.ImportPath] = p
	}
}

// Module is the path of the main module, "" without one.
func (l *List) Module() string {
	for _, p := range l.Packages {
		if p.Module != nil && p.Module.Main {
			return p.Module.Path
		}
	}
	return ""
}

// Unresolved is the go command's error about a pattern that stands for no directory, nil without one. Errors of
// packages that are there are left to the build.
func (l *List) Unresolved() error {
	for _, p := range l.Packages {
		if p.Error == nil || p.Dir != "" || p.DepOnly {
			continue
		}
		text := strings.Join(strings.Fields(p.Error.Err), " ")
		if !strings.Contains(text, p.ImportPath) {
			text = p.ImportPath + ": " + text
		}
		return errors.New(text)
	}
	return nil
}

// Wanted are the plain packages that belong to the program under test or are among deps, sorted. only, when not
// empty, is the list of import paths to keep.
func (l *List) Wanted(only, deps []string) []*Package {
	return slices.DeleteFunc(l.Plain(), func(p *Package) bool {
		return !p.own() && !slices.Contains(deps, p.ImportPath) ||
			len(only) > 0 && !slices.Contains(only, p.ImportPath)
	})
}

// Plain are the packages without those that exist only for a test, sorted.
func (l *List) Plain() []*Package {
	var list []*Package
	for _, p := range l.Packages {
		if p.Base() == p.ImportPath && p.ForTest == "" && !l.isTestMain(p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b *Package) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return list
}

// own tells whether the package is the user's: of a main module, of no module at all, or of the standard
// library when it was asked for by name.
func (p *Package) own() bool {
	switch {
	case p.Standard:
		return !p.DepOnly
	case p.Module != nil:
		return p.Module.Main
	}
	return true
}

// Embedded is the set of all files that a package embeds, by absolute name.
func (l *List) Embedded() map[string]bool {
	set := make(map[string]bool)
	for _, p := range l.Packages {
		for _, f := range p.Files(slices.Concat(p.EmbedFiles, p.TestEmbedFiles, p.XTestEmbedFiles)) {
			set[f] = true
		}
	}
	return set
}

// isTestMain recognises the main package that go test generates; its only file lies in the build cache.
func (l *List) isTestMain(p *Package) bool {
	base, found := strings.CutSuffix(p.ImportPath, ".test")
	return found && p.Name == "main" && l.ByPath[base] != nil && len(p.GoFiles) == 1 && filepath.IsAbs(p.GoFiles[0])
}

// Targets turns the wanted packages into what has to be parsed: the variant compiled for the package's own
// test holds all files of the plain one, so it takes its place; the external test stands on its own.
func (l *List) Targets(wanted []*Package) []Target {
	under := l.hookNeeds()
	var list []Target
	for _, p := range wanted {
		variant := l.ByPath[p.ImportPath+" ["+p.ImportPath+".test]"]
		external := l.ByPath[p.ImportPath+"_test ["+p.ImportPath+".test]"]
		t := Target{Package: p, Path: p.ImportPath, Symbol: p.ImportPath}
		if variant != nil {
			t.Package = variant
		}
		// A command is "main" to the linker, but go test compiles it as a library under its own path.
		if p.Name == "main" && variant == nil && external == nil {
			t.Symbol = "main"
		}
		if p.Standard && under[p.ImportPath] {
			t.Reason = "the hooks themselves need this package"
		}
		list = append(list, t)
		if external != nil {
			list = append(list, Target{Package: external, Path: external.Base(), Symbol: external.Base(), External: true})
		}
	}
	return list
}

// hookNeeds is the set of standard packages below the hook package, which would import itself through them.
func (l *List) hookNeeds() map[string]bool {
	set := map[string]bool{"structs": true, "unsafe": true}
	for todo := []string{"reflect"}; len(todo) > 0; todo = todo[1:] {
		p := l.ByPath[todo[0]]
		if set[todo[0]] {
			continue
		}
		set[todo[0]] = true
		if p != nil {
			todo = append(todo, p.Imports...)
		}
	}
	return set
}
