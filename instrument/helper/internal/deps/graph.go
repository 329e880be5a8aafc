// SPDX-License-Identifier: BSD-2-Clause

package deps

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// writeGraph writes the go.mod or go.work that puts the copies in the place of the modules, with its sums beside
// it; without copies it sees to it that there is neither.
func (opt Options) writeGraph(plan *Plan) error {
	mod, work := filepath.Join(opt.Out, "go.mod"), filepath.Join(opt.Out, "go.work")
	if len(plan.Copies) == 0 {
		return errors.Join(remove(mod), remove(work))
	}
	if opt.GoWork != "" && opt.GoWork != "off" {
		if err := remove(mod); err != nil {
			return err
		}
		return opt.writeWork(work, plan)
	}
	if err := remove(work); err != nil {
		return err
	}
	return opt.writeMod(mod, plan)
}

func remove(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// The user may have named another go.mod; its sums lie beside it. Relative paths in it count from the main
// module all the same.
func (opt Options) writeMod(name string, plan *Plan) error {
	from := opt.value("-modfile")
	if from == "" {
		from = opt.GoMod
	}
	sums := strings.TrimSuffix(from, ".mod") + ".sum"
	return opt.derive(name, from, sums, "mod", plan.drops(), plan.replaces())
}

// In a go.work, relative paths count from where it lies.
func (opt Options) writeWork(name string, plan *Plan) error {
	type version struct{ Path, Version string }
	var was struct {
		Use     []struct{ DiskPath string }
		Replace []struct{ Old, New version }
	}
	text, err := opt.run("work", "edit", "-json", opt.GoWork)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &was); err != nil {
		return fmt.Errorf("go work edit -json: %w", err)
	}
	dir := filepath.Dir(opt.GoWork)
	edits, added := plan.drops(), plan.replaces()
	for _, u := range was.Use {
		if !filepath.IsAbs(u.DiskPath) {
			edits = append(edits, "-dropuse="+u.DiskPath, "-use="+filepath.Join(dir, u.DiskPath))
		}
	}
	for _, r := range was.Replace {
		old := r.Old.Path
		if r.Old.Version != "" {
			old += "@" + r.Old.Version
		}
		if r.New.Version != "" || filepath.IsAbs(r.New.Path) || plan.replaced(old) {
			continue
		}
		edits = append(edits, "-dropreplace="+old)
		added += replace(old, filepath.Join(dir, r.New.Path))
	}
	return opt.derive(name, opt.GoWork, opt.GoWork+".sum", "work", edits, added)
}

// A directive for one version goes before one for all, and takes the place of an older one for that version.
func (p *Plan) drops() (edits []string) {
	for _, c := range p.Copies {
		edits = append(edits, "-dropreplace="+c.old)
	}
	return edits
}

func (p *Plan) replaces() (text string) {
	for _, c := range p.Copies {
		text += replace(c.old, c.Dir)
	}
	return text
}

func (p *Plan) replaced(old string) bool {
	return slices.ContainsFunc(p.Copies, func(c Copy) bool { return c.old == old })
}

// replace is a directive. go work edit would take what stands behind an @ in a path for a version.
func replace(old, dir string) string {
	path, version, _ := strings.Cut(old, "@")
	return "\nreplace " + path + " " + version + " => " + strconv.Quote(dir) + "\n"
}

// derive makes name, an edited copy of from with a text added, with a copy of the sums beside it; both appear
// whole.
func (opt Options) derive(name, from, sums, kind string, edits []string, added string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(opt.Out, ".tmp-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	made := filepath.Join(tmp, filepath.Base(name))
	if err := os.WriteFile(made, text, 0o644); err != nil {
		return err
	}
	if err := opt.edit(kind, made, edits...); err != nil {
		return err
	}
	if text, err = os.ReadFile(made); err != nil {
		return err
	}
	if err := os.WriteFile(made, append(text, added...), 0o644); err != nil {
		return err
	}
	if err := move(sums, filepath.Join(tmp, "sums"), strings.TrimSuffix(name, ".mod")+".sum"); err != nil {
		return err
	}
	return os.Rename(made, name)
}

// move copies from to a file made on the way, which then becomes to; without from there will be no to.
func move(from, made, to string) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return remove(to)
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(made, data, 0o644); err != nil {
		return err
	}
	return os.Rename(made, to)
}

func (opt Options) edit(kind, file string, edits ...string) error {
	_, err := opt.run(append(append([]string{kind, "edit"}, edits...), file)...)
	return err
}

// run leaves the choice of the toolchain to the environment, as for every other go command of a build.
func (opt Options) run(args ...string) ([]byte, error) {
	cmd := exec.Command(opt.Go, args...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s %s: %w: %s", args[0], args[1], err, strings.TrimSpace(stderr.String()))
	}
	return out, nil
}

// value is that of a setting in GOFLAGS, "" without one; the last one counts.
func (opt Options) value(name string) string {
	found := ""
	for _, f := range fields(opt.GoFlags) {
		if rest, ok := strings.CutPrefix(undash(f), undash(name)+"="); ok {
			found = rest
		}
	}
	return found
}

// has tells whether a switch stands in GOFLAGS.
func (opt Options) has(name string) bool {
	on := false
	for _, f := range fields(opt.GoFlags) {
		switch head, value, set := strings.Cut(undash(f), "="); {
		case head != undash(name):
		case set:
			on = value == "true" || value == "1" || value == "t" || value == "T" || value == "TRUE" || value == "True"
		default:
			on = true
		}
	}
	return on
}

func undash(flag string) string {
	if rest, ok := strings.CutPrefix(flag, "--"); ok {
		return rest
	}
	return strings.TrimPrefix(flag, "-")
}

// fields splits as the go command does: at blanks, but a setting that begins with a quote ends with it.
func fields(s string) []string {
	var out []string
	for {
		if s = strings.TrimLeft(s, " \t\n\r"); s == "" {
			return out
		}
		end, skip := strings.IndexAny(s, " \t\n\r"), 0
		if s[0] == '\'' || s[0] == '"' {
			quote := s[:1]
			s, skip = s[1:], 1
			end = strings.Index(s, quote)
		}
		if end < 0 {
			return append(out, s)
		}
		out = append(out, s[:end])
		s = s[end+skip:]
	}
}
