// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"runtime"
	"slices"
	"sync"
	"unicode/utf8"

	"goknot/helper/internal/golist"
	"goknot/helper/internal/load"
	"goknot/helper/internal/rewrite"
	"goknot/helper/internal/sites"
	"goknot/helper/internal/testlist"
)

// unit is a wanted package with its external test: what is loaded, cached and found again together.
type unit struct {
	plain   *golist.Package
	targets []golist.Target
	taken   map[string]bool   // files that belong to a unit before
	sources map[string][]byte // of all files, as read

	loaded  *load.Unit
	results []*rewrite.Result // of the targets
	tests   testlist.Package
	tested  bool // there are test files

	key    string // of its entry in the cache
	before *entry // what the entry holds, as long as it stands for the results
	err    error
}

// units groups the targets by the packages they were made from. A file belongs to the first target that has it.
func (r *rewriter) units(wanted []*golist.Package) []*unit {
	var list []*unit
	for _, t := range r.list.Targets(wanted) {
		if !t.External {
			list = append(list, &unit{plain: wanted[len(list)], taken: make(map[string]bool), sources: make(map[string][]byte)})
		}
		u := list[len(list)-1]
		u.targets = append(u.targets, t)
	}
	owner := make(map[string]*golist.Package)
	for _, u := range list {
		for _, t := range u.targets {
			for _, f := range t.Files(slices.Concat(t.GoFiles, t.CgoFiles)) {
				if owner[f] == nil {
					owner[f] = t.Package
				}
				u.taken[f] = u.taken[f] || owner[f] != t.Package
			}
		}
	}
	return list
}

// each calls f for all units, as many at a time as there are cores, and returns the first error.
func each(units []*unit, f func(u *unit) error) error {
	next := make(chan *unit)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(units)) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for u := range next {
				u.err = guarded(u, f)
			}
		}()
	}
	for _, u := range units {
		next <- u
	}
	close(next)
	workers.Wait()
	for _, u := range units {
		if u.err != nil {
			return u.err
		}
	}
	return nil
}

// guarded says which package it was, which helps more than where goknot stood.
func guarded(u *unit, f func(u *unit) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			t := u.targets[0]
			err = &targetError{fmt.Errorf("package %s in %s cannot be instrumented, which is a bug of goknot: %v", t.Path, t.Dir, v)}
		}
	}()
	return f(u)
}

// walk loads and rewrites the units.
func (r *rewriter) walk(units []*unit) error {
	loader := load.NewLoader(r.list)
	loader.Whole = r.opt.whole
	if err := each(units, func(u *unit) error { return r.parse(loader, u) }); err != nil {
		return err
	}
	loader.Import()
	err := each(units, func(u *unit) error { return r.rewrite(loader, u) })
	r.whole += loader.WholeUnits()
	return err
}

func (r *rewriter) parse(loader *load.Loader, u *unit) (err error) {
	var targets []golist.Target
	for _, t := range u.targets {
		if t.Reason == "" {
			targets = append(targets, t)
		}
	}
	if u.loaded, err = loader.Parse(targets, func(path string) ([]byte, error) { return r.sourceOf(u, path) }); err != nil {
		return err
	}
	return r.findTests(u)
}

func (r *rewriter) rewrite(loader *load.Loader, u *unit) error {
	loader.Check(u.loaded)
	u.results = nil
	packages := u.loaded.Packages
	for _, t := range u.targets {
		if t.Reason != "" {
			u.results = append(u.results, &rewrite.Result{Package: sites.Package{Path: t.Path, Files: len(t.GoFiles) + len(t.CgoFiles), Reason: t.Reason}})
			continue
		}
		for _, f := range packages[0].Files {
			if reason := r.asItIs(f.Path); f.Skip == "" {
				f.Skip = reason
			}
		}
		u.results = append(u.results, rewrite.Package(packages[0], func(path string) bool { return u.taken[path] }))
		packages = packages[1:]
	}
	u.loaded = nil
	return nil
}

// asItIs says why a file that can be read has to stay as it is, "" = it need not.
func (r *rewriter) asItIs(path string) string {
	switch {
	case r.embedded[path]:
		// What is laid over a file is what gets embedded.
		return "the program embeds this file, so it has to stay as it is"
	case !utf8.ValidString(path):
		return "its name is not valid UTF-8, so no overlay can name it"
	}
	return ""
}

// findTests lists the tests of a package that was asked for; not those of one that only another needs.
func (r *rewriter) findTests(u *unit) (err error) {
	if u.plain.DepOnly {
		return nil
	}
	parsed := make(map[string]*load.File)
	for _, p := range u.loaded.Packages {
		for _, f := range p.Files {
			parsed[f.Path] = f
		}
	}
	u.tests, u.tested, err = testlist.Find(u.plain, func(path string) (*ast.File, error) {
		if f := parsed[path]; f != nil {
			if f.Skip != "" {
				return nil, nil
			}
			return f.AST, nil
		}
		src, err := r.sourceOf(u, path)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, nil
		}
		return f, nil
	})
	return err
}

// sourceOf reads a file once.
func (r *rewriter) sourceOf(u *unit, path string) ([]byte, error) {
	if src, ok := u.sources[path]; ok {
		return src, nil
	}
	src, err := r.source(path)
	if err == nil {
		u.sources[path] = src
	}
	return src, err
}
