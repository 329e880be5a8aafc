// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// edit is a text to put into a line of a file. A file that has changed has that line elsewhere.
type edit struct {
	line, col int
	old, text string
}

type fileEdits struct {
	path  string // below the module
	edits []edit
}

type reproduction struct {
	module, dir, test, run string
	order                  string // directory of the order control below the module
	files                  []fileEdits
	flags                  []string // of go test
	args                   []string // behind -args
	timeout                time.Duration
	verdict                string   // deadlock, leak, panic, fatal, fail
	places                 []string // "a.go:11", all of which its output names
}

func main() {
	dir := flag.String("C", "", "directory of the module (default: the one around the current directory)")
	times := flag.Int("n", 1, "run the test so many times, all at once")
	write := flag.String("w", "", "only write the overlay into this directory, and say how to use it")
	timeout := flag.Duration("timeout", repro.timeout, "as that of go test, for each run")
	plain := flag.Bool("plain", false, "without the order: how the test does by itself")
	flag.Parse()
	failed, err := run(*dir, *times, *write, *timeout, *plain)
	if err != nil {
		fmt.Fprintln(os.Stderr, "run.go:", err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

func run(dir string, times int, write string, timeout time.Duration, plain bool) (failed bool, err error) {
	root, err := moduleRoot(dir)
	if err != nil {
		return false, err
	}
	work, err := os.MkdirTemp("", "goknot-export-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(work)
	if write != "" {
		if work, err = filepath.Abs(write); err != nil {
			return false, err
		}
	}
	overlay, err := writeOverlay(root, work)
	if err != nil {
		return false, err
	}
	// vet would look for the directory of the order control, which is in the overlay only.
	build := append([]string{"test", "-vet=off"}, repro.flags...)
	if !plain {
		build = append(build, "-overlay="+overlay)
	}
	pkg := "./" + filepath.ToSlash(repro.dir)
	if write != "" {
		fmt.Printf("cd %s && go %s -count=1 -run '%s' -timeout %s %s\n", root, strings.Join(build, " "), repro.run, timeout, pkg)
		return false, nil
	}
	binary := filepath.Join(work, "repro.test.exe")
	c := exec.Command("go", append(build, "-c", "-o", binary, pkg)...)
	c.Dir, c.Stdout, c.Stderr = root, os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return false, fmt.Errorf("go test -c: %w", err)
	}
	return report(runAll(binary, filepath.Join(root, repro.dir), times, timeout), times), nil
}

// moduleRoot is the directory of the module that the bug is in.
func moduleRoot(dir string) (string, error) {
	c := exec.Command("go", "env", "GOMOD")
	c.Dir = dir
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	gomod := strings.TrimSpace(string(out))
	text, err := os.ReadFile(gomod)
	if err != nil || !regexp.MustCompile(`(?m)^module\s+"?`+regexp.QuoteMeta(repro.module)+`"?\s*(//.*)?$`).Match(text) {
		return "", fmt.Errorf("this is about module %s: run it in there, or say with -C where it is", repro.module)
	}
	return filepath.Dir(gomod), nil
}

// writeOverlay writes copies of the files with the calls of the order control in them, and what go build -overlay reads.
func writeOverlay(root, work string) (string, error) {
	replace := make(map[string]string)
	add := func(path string, text []byte) error {
		to := filepath.Join(work, fmt.Sprintf("%02d-%s", len(replace), filepath.Base(path)))
		replace[filepath.Join(root, path)] = to
		return os.WriteFile(to, text, 0o666)
	}
	if err := os.MkdirAll(work, 0o777); err != nil {
		return "", err
	}
	for _, f := range repro.files {
		text, err := os.ReadFile(filepath.Join(root, f.path))
		if err != nil {
			return "", err
		}
		if err := add(f.path, apply(f, text)); err != nil {
			return "", err
		}
	}
	for name, text := range map[string]string{"order.go": orderSource, "table.go": tableSource} {
		if err := add(filepath.Join(repro.order, name), []byte(text)); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(work, "overlay.json")
	return file, os.WriteFile(file, text, 0o666)
}

// apply makes the edits. In a file that has changed the nearest line of the same text is meant, and an edit whose line
// is gone is left out: the order is then followed up to there.
func apply(f fileEdits, text []byte) []byte {
	old, lines := bytes.Split(text, []byte("\n")), bytes.Split(text, []byte("\n"))
	shift := make([]int, len(lines)) // by edits further left on the line
	drift, calls := 0, 0
	for _, e := range f.edits {
		at := nearest(old, e, drift)
		if at < 0 {
			fmt.Fprintf(os.Stderr, "run.go: %s:%d has changed: what was to happen there is not waited for\n", f.path, e.line)
			continue
		}
		if !strings.HasPrefix(e.text, "; import ") {
			calls++
		}
		drift = at - (e.line - 1)
		col := e.col - 1 + shift[at]
		lines[at] = bytes.Join([][]byte{lines[at][:col], []byte(e.text), lines[at][col:]}, nil)
		shift[at] += len(e.text)
	}
	if calls == 0 {
		return text // an import that nothing uses is an error
	}
	return bytes.Join(lines, []byte("\n"))
}

// nearest finds the line of an edit, -1: there is none. The lines before it have moved by drift.
func nearest(lines [][]byte, e edit, drift int) int {
	best, far := -1, 0
	for i, text := range lines {
		d := i - (e.line - 1 + drift)
		if d < 0 {
			d = -d
		}
		if string(text) == e.old && (best < 0 || d < far) {
			best, far = i, d
		}
	}
	return best
}

type outcome struct {
	failed bool
	same   bool // it is the bug
	output []byte
}

func runAll(binary, dir string, times int, timeout time.Duration) []outcome {
	list := make([]outcome, times)
	var wg sync.WaitGroup
	for i := range list {
		wg.Add(1)
		go func(o *outcome) {
			defer wg.Done()
			args := append([]string{"-test.run=" + repro.run, "-test.count=1", "-test.timeout=" + timeout.String()}, repro.args...)
			c := exec.Command(binary, args...)
			c.Dir = dir
			out, err := c.CombinedOutput()
			*o = outcome{err != nil, err != nil && isIt(string(out)), out}
		}(&list[i])
	}
	wg.Wait()
	return list
}

// isIt tells whether a test failed by the bug that this is about.
func isIt(out string) bool {
	late := strings.Contains(out, "panic: test timed out") || strings.Contains(out, "all goroutines are asleep")
	ok := false
	switch repro.verdict {
	case "deadlock":
		ok = late
	case "panic":
		ok = !late && strings.Contains(out, "panic: ")
	case "fatal":
		ok = !late && strings.Contains(out, "fatal error: ")
	case "leak":
		ok = strings.Contains(out, "leak: goroutine ")
	case "fail":
		ok = !late && strings.Contains(out, "--- FAIL: ")
	}
	for _, p := range repro.places {
		ok = ok && regexp.MustCompile(`\b`+regexp.QuoteMeta(p)+`\b`).MatchString(out)
	}
	return ok
}

// report tells whether a run failed.
func report(list []outcome, times int) bool {
	failed, same := 0, 0
	shown := list[0]
	for _, o := range list {
		if o.failed {
			failed++
		}
		if o.same {
			same++
		}
		if o.same && !shown.same || o.failed && !shown.failed {
			shown = o
		}
	}
	os.Stdout.Write(shown.output)
	fmt.Printf("fails %d of %d with %s\n", same, times, repro.verdict)
	if failed > same {
		fmt.Printf("fails %d of %d in another way\n", failed-same, times)
	}
	return failed > 0
}
