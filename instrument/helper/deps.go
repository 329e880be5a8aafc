// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"slices"

	"goknot/helper/internal/deps"
	"goknot/helper/internal/load"
	"goknot/helper/internal/rewrite"
)

func runDeps(args []string, stdin io.Reader, stderr io.Writer) int {
	opt, err := deps.Parse(args, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		return exitUsage
	}
	plan, err := deps.Prepare(opt, stdin)
	if err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		return exitUsage
	}
	if err := writeJSON(filepath.Join(opt.Out, deps.File), plan); err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		return exitOwn
	}
	return exitOK
}

// readPlan gives the packages that are built from copies the directories of the originals: the files are the
// same, and it is these that the user knows.
func (r *rewriter) readPlan() error {
	if r.opt.deps == "" {
		return nil
	}
	plan, err := deps.ReadPlan(r.opt.deps)
	if err != nil {
		return err
	}
	r.plan = plan
	for _, p := range r.list.Packages {
		p.Dir = plan.Origin(p.Dir)
	}
	return nil
}

// namedFiles are the files that are built from copies without any hook: those, too, have to bear the names of
// the originals in stack traces.
func (r *rewriter) namedFiles(hooked []*rewrite.File) (map[string][]byte, error) {
	done := make(map[string]bool)
	for _, f := range hooked {
		done[f.Path] = true
	}
	named := make(map[string][]byte)
	for _, p := range r.list.Packages {
		if r.plan.TrimPath || r.plan.Built(p.Dir) == p.Dir {
			continue
		}
		for _, path := range p.Files(slices.Concat(p.GoFiles, p.CgoFiles)) {
			if done[path] || r.embedded[path] || r.plan.Built(path) == path {
				continue
			}
			done[path] = true
			src, err := r.source(path)
			if err != nil {
				return nil, err
			}
			src = bytes.TrimPrefix(src, []byte("\ufeff"))
			if language := load.Language(p.Module); load.LinesChangeLoops(language) {
				f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.SkipObjectResolution)
				if err != nil || rewrite.LinesChangeLoops(f, language) {
					continue // it bears the name of the copy
				}
			}
			named[path] = append([]byte("//line "+path+":1:1\n"), src...)
		}
	}
	return named, nil
}

// renamed takes back the name of the original where the go command trims paths: it makes one name of module and
// version from what it knows to be the directory.
func (r *rewriter) renamed(path string, text []byte) []byte {
	built := r.plan.Built(path)
	if !r.plan.TrimPath || built == path {
		return text
	}
	return bytes.Replace(text, []byte("//line "+path+":"), []byte("//line "+built+":"), 1)
}
