// SPDX-License-Identifier: BSD-2-Clause

// Package deps makes dependencies ready to be instrumented.
//
// The go command refuses overlays of files in the module cache. So a module that holds a chosen package and lies
// there is copied, and a go.mod (or, in a workspace, a go.work) that replaces the module by its copy takes the
// place of the user's: overlays work on the copy. A vendored package, one of the standard library, and one whose
// module is replaced by a directory lie outside the cache and need nothing.
package deps

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"goknot/helper/internal/golist"
)

// Options say what is chosen, and which files rule the module graph.
type Options struct {
	Patterns string // comma-separated
	Out      string // directory for copies, go.mod or go.work, and the plan
	Go       string // the go command
	ModCache string
	GoMod    string // of the main module; "" = none
	GoWork   string // "" or "off" = no workspace
	GoFlags  string
}

// Plan is what the rewriting has to know.
type Plan struct {
	Packages []string // import paths to instrument
	Copies   []Copy
	TrimPath bool
}

// Copy is a module outside the module cache, and where in the cache its files come from.
type Copy struct {
	Dir, Origin string
	old         string // what the replace directive replaces
}

// File is the name of the plan in the output directory.
const File = "plan.json"

// Prepare reads the answer of go list -deps. It leaves the plan and, when something had to be copied, either
// go.mod or go.work in the output directory.
func Prepare(opt Options, stdin io.Reader) (*Plan, error) {
	patterns, err := parsePatterns(opt.Patterns)
	if err != nil {
		return nil, err
	}
	list, err := golist.Read(stdin)
	if err != nil {
		return nil, err
	}
	if err := list.Unresolved(); err != nil {
		return nil, err
	}
	chosen, err := choose(list, patterns)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opt.Out, 0o777); err != nil {
		return nil, err
	}
	plan := &Plan{TrimPath: opt.has("-trimpath")}
	for _, pkg := range chosen {
		plan.Packages = append(plan.Packages, pkg.ImportPath)
		if err := opt.copyModule(plan, pkg); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(plan.Copies, func(a, b Copy) int { return cmp.Compare(a.Dir, b.Dir) })
	return plan, opt.writeGraph(plan)
}

func (opt Options) copyModule(plan *Plan, pkg *golist.Package) error {
	m := pkg.Module
	if m == nil || m.Dir == "" || !below(m.Dir, opt.ModCache) || !within(pkg.Dir, m.Dir) {
		return nil
	}
	rel, err := filepath.Rel(opt.ModCache, m.Dir)
	if err != nil {
		return err
	}
	c := Copy{Dir: filepath.Join(opt.Out, "mod", rel), Origin: m.Dir, old: m.Path + "@" + m.Version}
	if m.Replace != nil {
		// Two modules may be replaced by one, and each copy's go.mod has to name what it stands for.
		c.Dir = filepath.Join(opt.Out, "mod", strings.ReplaceAll(c.old, "/", "+"), rel)
	}
	if slices.ContainsFunc(plan.Copies, func(o Copy) bool { return o.Dir == c.Dir }) {
		return nil
	}
	plan.Copies = append(plan.Copies, c)
	return opt.copyTree(c, m)
}

func below(path, dir string) bool {
	return dir != "" && strings.HasPrefix(path, dir+string(filepath.Separator))
}

func within(path, dir string) bool {
	return path == dir || below(path, dir)
}

// Built is where the go command finds a file of the module cache: in the copy of its module, if there is one.
func (p *Plan) Built(path string) string {
	for _, c := range p.Copies {
		if within(path, c.Origin) {
			return c.Dir + path[len(c.Origin):]
		}
	}
	return path
}

// Origin is the inverse of Built.
func (p *Plan) Origin(path string) string {
	for _, c := range p.Copies {
		if within(path, c.Dir) {
			return c.Origin + path[len(c.Dir):]
		}
	}
	return path
}

// ReadPlan reads what Command left in a directory.
func ReadPlan(dir string) (*Plan, error) {
	name := filepath.Join(dir, File)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	plan := new(Plan)
	if err := json.Unmarshal(data, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return plan, nil
}
