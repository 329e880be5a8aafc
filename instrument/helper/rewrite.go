// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"goknot/helper/internal/deps"
	"goknot/helper/internal/golist"
	"goknot/helper/internal/rewrite"
	"goknot/helper/internal/sites"
	"goknot/helper/internal/testlist"
)

type rewriteOptions struct {
	out, sites, overlay, tests string
	only                       []string
	userOverlay, deps, cache   string
	run, skip                  *testlist.Pattern
	whole                      bool
}

func runRewrite(args []string, stdin io.Reader, stderr io.Writer) int {
	opt, err := parseRewrite(args, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		return exitUsage
	}
	list, err := golist.Read(stdin)
	if err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		return exitOwn
	}
	if err := list.Unresolved(); err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		return exitUsage
	}
	r := rewriter{opt: opt, list: list, stderr: stderr, plan: new(deps.Plan)}
	if err := r.readPlan(); err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		return exitOwn
	}
	r.embedded = list.Embedded()
	wanted := list.Wanted(opt.only, r.plan.Packages)
	if len(wanted) == 0 {
		fmt.Fprintln(stderr, "goknot helper: no package to instrument")
		return exitUsage
	}
	if err := r.run(wanted); err != nil {
		fmt.Fprintln(stderr, "goknot helper:", err)
		if errors.As(err, new(*targetError)) {
			return exitUsage
		}
		return exitOwn
	}
	return exitOK
}

func parseRewrite(args []string, stderr io.Writer) (rewriteOptions, error) {
	var opt rewriteOptions
	var only, run, skip string
	fs := flag.NewFlagSet("rewrite", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&opt.out, "out", "", "directory for the rewritten files")
	fs.StringVar(&opt.sites, "sites", "", "file for the site table")
	fs.StringVar(&opt.overlay, "overlay", "", "file for the overlay")
	fs.StringVar(&opt.tests, "tests", "", "file for the list of tests")
	fs.StringVar(&only, "only", "", "comma-separated import paths: instrument only these")
	fs.StringVar(&opt.userOverlay, "user-overlay", "", "the target's own overlay: its files are read in place of the originals")
	fs.StringVar(&opt.cache, "cache", "", "file to keep what was found in, so that only packages that change are parsed again")
	fs.BoolVar(&opt.whole, "whole", false, "type-check what cannot hold an operation, too")
	fs.StringVar(&opt.deps, "deps", "", "what the deps command left: dependencies to instrument, too")
	fs.StringVar(&run, "run", "", "only these tests, as go test takes it")
	fs.StringVar(&skip, "skip", "", "none of these tests, as go test takes it")
	if err := fs.Parse(args); err != nil {
		return opt, err
	}
	if only != "" {
		opt.only = strings.Split(only, ",")
	}
	if fs.NArg() > 0 || opt.out == "" || opt.sites == "" || opt.overlay == "" || opt.tests == "" {
		return opt, errors.New("rewrite needs -out, -sites, -overlay and -tests, and nothing else")
	}
	var err error
	if opt.run, err = testlist.ParsePattern("-run", run); err == nil {
		opt.skip, err = testlist.ParsePattern("-skip", skip)
	}
	return opt, err
}

// overlayFile is what go build -overlay reads.
type overlayFile struct {
	Replace map[string]string
}

type rewriter struct {
	opt    rewriteOptions
	list   *golist.List
	stderr io.Writer
	user   overlayFile
	plan   *deps.Plan

	embedded map[string]bool

	parsed, whole int // units
}

func (r *rewriter) run(wanted []*golist.Package) error {
	if err := r.readUserOverlay(); err != nil {
		return err
	}
	units := r.units(wanted)
	c, err := r.openCache(units)
	if err != nil {
		return err
	}
	results, notes, err := r.results(units, c)
	if err != nil {
		return err
	}
	// All that the target can be at fault for comes before the first file that is written.
	tests, err := r.listTests(units)
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(r.stderr, "goknot helper: note:", note)
	}
	if err := r.writeFiles(units); err != nil {
		return err
	}
	if err := r.writeTable(results); err != nil {
		return err
	}
	if err := writeJSON(r.opt.tests, tests); err != nil {
		return err
	}
	return c.save(units)
}

// results are those of all units in their order, with numbered sites. What the cache holds is valid as long as its sites
// have the numbers that they have in its files: two packages may meet in one number.
func (r *rewriter) results(units []*unit, c *cache) (results []*rewrite.Result, notes []string, err error) {
	todo := slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return u.before != nil })
	for {
		if err := r.walk(todo); err != nil {
			return nil, nil, err
		}
		r.parsed += len(todo)
		results = nil
		for _, u := range units {
			results = append(results, u.results...)
		}
		notes = rewrite.Number(results)
		todo = slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return u.before == nil || u.before.numbered(u.results) })
		if len(todo) == 0 {
			break
		}
		for _, u := range todo {
			u.before = nil
		}
	}
	if c != nil {
		fmt.Fprintf(r.stderr, "goknot helper: note: %d packages, %d of them parsed, %d of these checked as a whole\n", len(units), r.parsed, r.whole)
	}
	return results, notes, nil
}

func (r *rewriter) readUserOverlay() error {
	if r.opt.userOverlay == "" {
		return nil
	}
	data, err := os.ReadFile(r.opt.userOverlay)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &r.user); err != nil {
		return fmt.Errorf("%s: %w", r.opt.userOverlay, err)
	}
	// Relative names are seen from where the go command runs, which is here.
	absolute := make(map[string]string, len(r.user.Replace))
	for from, to := range r.user.Replace {
		if from, err = filepath.Abs(from); err != nil {
			return err
		}
		// "" stands for a file that is not there.
		if to != "" {
			if to, err = filepath.Abs(to); err != nil {
				return err
			}
		}
		absolute[from] = to
	}
	r.user.Replace = absolute
	return nil
}

func (r *rewriter) source(path string) ([]byte, error) {
	if to := r.user.Replace[path]; to != "" {
		path = to
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &targetError{fmt.Errorf("go list names a file that cannot be read: %w", err)}
	}
	return data, nil
}

// targetError is one that lies in what is to be instrumented, not in goknot.
type targetError struct{ error }

func (e *targetError) Unwrap() error { return e.error }

func firstError(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// writeFiles writes the rewritten files and the overlay that points at them, and at what the user's points at.
func (r *rewriter) writeFiles(units []*unit) error {
	dir, err := filepath.Abs(r.opt.out)
	if err != nil {
		return err
	}
	if err := removeStale(filepath.Join(dir, "*"), filepath.Dir(r.opt.sites)); err != nil {
		return err
	}
	var files []*rewrite.File
	keep := make(map[*rewrite.File]bool)
	for _, u := range units {
		for _, res := range u.results {
			files = append(files, res.Files...)
			for _, f := range res.Files {
				keep[f] = u.before != nil
			}
		}
	}
	named, err := r.namedFiles(files)
	if err != nil {
		return err
	}
	overlay := overlayFile{Replace: make(map[string]string, len(files)+len(named)+len(r.user.Replace))}
	maps.Copy(overlay.Replace, r.user.Replace)
	for _, f := range files {
		to := filepath.Join(dir, copyName(f.Path))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		overlay.Replace[r.plan.Built(f.Path)] = to
	}
	for path, text := range named {
		to := filepath.Join(dir, copyName(path))
		overlay.Replace[r.plan.Built(path)] = to
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		if err := writeIfChanged(to, text); err != nil {
			return err
		}
	}
	errs := make([]error, len(files))
	var workers sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, f := range files {
		if keep[f] {
			continue
		}
		workers.Add(1)
		slots <- struct{}{}
		go func() {
			defer workers.Done()
			defer func() { <-slots }()
			data, err := f.Render()
			if err == nil {
				data = r.renamed(f.Path, data)
				f.Sum = sumOf(data)
				err = writeIfChanged(overlay.Replace[r.plan.Built(f.Path)], data)
			}
			errs[i] = err
		}()
	}
	workers.Wait()
	if err := firstError(errs); err != nil {
		return err
	}
	return writeJSON(r.opt.overlay, overlay)
}

// copyName is the name of the rewritten copy of a file: a directory for each of the originals, whatever its depth. The
// name itself stays: its ending can be a build constraint, and with -trimpath it is what the program knows.
func copyName(path string) string {
	h := fnv.New64a()
	h.Write([]byte(filepath.Dir(path)))
	return filepath.Join(fmt.Sprintf("%016x", h.Sum64()), filepath.Base(path))
}

func (r *rewriter) writeTable(results []*rewrite.Result) error {
	table := sites.Table{Module: r.list.Module()}
	for _, res := range results {
		table.Sites = append(table.Sites, res.Sites...)
		table.Unplaced = append(table.Unplaced, res.Unplaced...)
		table.Packages = append(table.Packages, res.Package)
	}
	data, err := table.Encode()
	if err != nil {
		return err
	}
	return writeIfChanged(r.opt.sites, data)
}

// listTests lists the tests of the packages that were asked for, not of those they need, and commands without tests.
func (r *rewriter) listTests(units []*unit) (*testFile, error) {
	out := &testFile{1, []testlist.Package{}}
	for _, u := range units {
		if !u.plain.DepOnly && (u.tested || u.plain.Name == "main") {
			found := u.tests
			if m := u.plain.Module; m != nil && m.Main {
				found.Module, found.ModuleDir = m.Path, m.Dir
			}
			found.Choose(r.opt.run, r.opt.skip)
			out.Packages = append(out.Packages, found)
		}
	}
	if len(out.Packages) == 0 {
		// With nothing to run, what is wrong with the packages is the answer.
		for _, u := range units {
			if p := u.plain; p.Error != nil && !p.DepOnly && len(p.InvalidGoFiles) > 0 {
				return nil, &targetError{errors.New(strings.Join(strings.Fields(p.Error.Err), " "))}
			}
		}
	}
	slices.SortFunc(out.Packages, func(a, b testlist.Package) int { return cmp.Compare(a.Path, b.Path) })
	return out, nil
}

// testFile is the list of tests as it is written.
type testFile struct {
	Version  int                `json:"version"`
	Packages []testlist.Package `json:"packages"`
}

func writeJSON(path string, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	return writeIfChanged(path, buf.Bytes())
}

// removeStale removes what a helper that was killed had not finished. Nobody else writes to the directories.
func removeStale(dirs ...string) error {
	for _, dir := range dirs {
		stale, err := filepath.Glob(filepath.Join(dir, ".tmp-*"))
		if err != nil {
			return err
		}
		for _, name := range stale {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeIfChanged leaves a file alone that has the content already, so that its time and the build cache keep;
// otherwise it appears whole or not at all.
func writeIfChanged(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o666 &^ 0o022)
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
