// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"goknot/helper/internal/golist"
	"goknot/helper/internal/load"
	"goknot/helper/internal/rewrite"
	"goknot/helper/internal/sites"
	"goknot/helper/internal/testlist"
)

// What was found in a package is kept in one file, a line for each: the sum of what follows, the key, the entry. The key
// is a sum of all that the entry was made from: this program, the contents of the files, the export data of the imports
// (whose names in the go command's cache are sums of their contents). The rewritten files lie where the last helper has
// written them; the entry has their sums. Nothing is trusted: a line with a wrong sum is no line, and a file that is not
// the one of the entry has the package parsed again.

// cacheVersion changes with what an entry or a key is made of.
const cacheVersion = "goknot helper cache 1"

// What has not been asked for is kept up to this many entries: another start may name other packages.
const spareEntries = 2000

type cache struct {
	path  string
	lines map[string][]byte // by key
	order []string
}

// entry is what is known of a unit.
type entry struct {
	Results []entryResult
	Tests   testlist.Package
	Tested  bool
}

type entryResult struct {
	Package  sites.Package
	Symbol   string   // of sites.Key
	Names    []string // of files in Sites
	Sites    []entrySite
	Unplaced []sites.Unplaced
	Files    []entryFile
}

// entrySite is a site without what all of the result have in common; there are many.
type entrySite struct {
	ID     uint32 `json:"i"`
	Name   int    `json:"n"` // index of its file's
	Line   int    `json:"l"`
	Col    int    `json:"c"`
	Op     uint8  `json:"o"`
	Prim   string `json:"p"`
	Func   string `json:"f"`
	After  bool   `json:"a,omitempty"`
	Select int    `json:"s,omitempty"` // index plus 1 of the select that it is a case of, 0 = none
}

type entryFile struct{ Path, Sum string }

// openCache finds out which units are as they were. nil: there is to be none.
func (r *rewriter) openCache(units []*unit) (*cache, error) {
	if r.opt.cache == "" {
		return nil, nil
	}
	salt, err := r.salt()
	if err != nil {
		return nil, err
	}
	c := readCache(r.opt.cache)
	return c, each(units, func(u *unit) error {
		if err := r.setKey(u, salt); err != nil {
			return err
		}
		line, ok := c.lines[u.key]
		e := new(entry)
		if !ok || json.Unmarshal(line, e) != nil || !r.stands(e) {
			return nil
		}
		u.before, u.results, u.tests, u.tested = e, e.restore(), e.Tests, e.Tested
		return nil
	})
}

func readCache(path string) *cache {
	c := &cache{path: path, lines: make(map[string][]byte)}
	data, err := os.ReadFile(path)
	if err != nil {
		return c
	}
	for _, line := range bytes.Split(data, []byte("\n")) {
		sum, rest, _ := bytes.Cut(line, []byte(" "))
		key, text, _ := bytes.Cut(rest, []byte(" "))
		if string(sum) == sumOf(rest) {
			c.lines[string(key)] = text
			c.order = append(c.order, string(key))
		}
	}
	return c
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// save writes what is known now, and what other starts may need.
func (c *cache) save(units []*unit) error {
	if c == nil {
		return nil
	}
	var out bytes.Buffer
	known := make(map[string]bool)
	for _, u := range units {
		text := c.lines[u.key]
		if u.before == nil {
			var err error
			if text, err = json.Marshal(newEntry(u)); err != nil {
				return err
			}
		}
		known[u.key] = true
		c.line(&out, u.key, text)
	}
	spare := slices.DeleteFunc(c.order, func(key string) bool { return known[key] })
	for _, key := range spare[:min(len(spare), spareEntries)] {
		c.line(&out, key, c.lines[key])
	}
	return writeIfChanged(c.path, out.Bytes())
}

func (c *cache) line(out *bytes.Buffer, key string, text []byte) {
	rest := slices.Concat([]byte(key), []byte(" "), text)
	fmt.Fprintf(out, "%s %s\n", sumOf(rest), rest)
}

// salt is what all keys have in common: what does the work. The toolchain is part of the program.
func (r *rewriter) salt() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	program, err := os.ReadFile(self)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %q %v %v", cacheVersion, sumOf(program), os.Getenv("GODEBUG"), r.plan.TrimPath, r.opt.whole), nil
}

// digest makes one sum of many texts.
type digest struct{ hash.Hash }

func (d digest) add(texts ...string) {
	for _, t := range texts {
		fmt.Fprintf(d, "%d:", len(t))
		io.WriteString(d, t)
	}
}

func (r *rewriter) setKey(u *unit, salt string) error {
	d := digest{sha256.New()}
	d.add(salt, u.plain.ImportPath, u.plain.Name, u.plain.Dir, fmt.Sprint(u.plain.DepOnly))
	for _, t := range u.targets {
		d.add(t.Path, t.Symbol, t.ImportPath, t.Reason, load.Language(t.Module), fmt.Sprint(t.Export != "", len(t.CgoFiles)))
		r.addImports(d, t.Package)
		if err := r.addFiles(d, u, t.Files(slices.Concat(t.GoFiles, t.CgoFiles))); err != nil {
			return err
		}
	}
	if !u.plain.DepOnly {
		if err := r.addFiles(d, u, u.plain.Files(slices.Concat(u.plain.TestGoFiles, u.plain.XTestGoFiles))); err != nil {
			return err
		}
	}
	u.key = hex.EncodeToString(d.Sum(nil))
	return nil
}

// addImports: what a package imports from carries the names of all it uses itself.
func (r *rewriter) addImports(d digest, p *golist.Package) {
	d.add(fmt.Sprint(len(p.Imports), len(p.ImportMap)))
	for _, path := range p.Imports {
		d.add(path)
		if to := r.list.ByPath[path]; to != nil {
			d.add(to.Name, to.Export)
		}
	}
	for _, from := range slices.Sorted(maps.Keys(p.ImportMap)) {
		d.add(from, p.ImportMap[from])
	}
}

func (r *rewriter) addFiles(d digest, u *unit, files []string) error {
	d.add(fmt.Sprint(len(files)))
	for _, path := range files {
		src, err := r.sourceOf(u, path)
		if err != nil {
			return err
		}
		d.add(path, r.plan.Built(path), r.asItIs(path), fmt.Sprint(u.taken[path]))
		d.add(fmt.Sprint(len(src)))
		d.Write(src)
	}
	return nil
}

// stands tells whether the rewritten files are those of the entry.
func (r *rewriter) stands(e *entry) bool {
	for _, res := range e.Results {
		for _, f := range res.Files {
			data, err := os.ReadFile(filepath.Join(r.opt.out, copyName(f.Path)))
			if err != nil || sumOf(data) != f.Sum {
				return false
			}
		}
	}
	return true
}

func newEntry(u *unit) *entry {
	e := &entry{Tests: u.tests, Tested: u.tested}
	for i, res := range u.results {
		out := entryResult{Package: res.Package, Symbol: u.targets[i].Symbol, Unplaced: res.Unplaced}
		names, selects := make(map[string]int), make(map[*sites.Site]int)
		for i, s := range res.Sites {
			name, ok := names[s.File]
			if !ok {
				name = len(out.Names)
				names[s.File] = name
				out.Names = append(out.Names, s.File)
			}
			selects[s] = i + 1
			out.Sites = append(out.Sites, entrySite{s.ID, name, s.Line, s.Col, uint8(s.Op), s.Prim, s.Func, s.After, selects[s.Select]})
		}
		for _, f := range res.Files {
			out.Files = append(out.Files, entryFile{f.Path, f.Sum})
		}
		e.Results = append(e.Results, out)
	}
	return e
}

func (e *entry) restore() []*rewrite.Result {
	var results []*rewrite.Result
	for _, in := range e.Results {
		res := &rewrite.Result{Package: in.Package, Unplaced: in.Unplaced}
		for _, s := range in.Sites {
			file, op := in.Names[s.Name], sites.Op(s.Op)
			site := &sites.Site{
				Pkg: in.Package.Path, File: file, Line: s.Line, Col: s.Col, Op: op, Prim: s.Prim, Func: s.Func, After: s.After,
				Key: sites.Key{Pkg: in.Symbol, Base: filepath.Base(file), Line: s.Line, Op: op.Hashed()},
			}
			if s.Select > 0 {
				site.Select = res.Sites[s.Select-1]
			}
			res.Sites = append(res.Sites, site)
		}
		for _, f := range in.Files {
			res.Files = append(res.Files, &rewrite.File{Path: f.Path, Sum: f.Sum})
		}
		results = append(results, res)
	}
	return results
}

// numbered tells whether the sites have the numbers that stand in the rewritten files.
func (e *entry) numbered(results []*rewrite.Result) bool {
	for i, in := range e.Results {
		for j, s := range in.Sites {
			if results[i].Sites[j].ID != s.ID {
				return false
			}
		}
	}
	return true
}
