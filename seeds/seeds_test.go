// SPDX-License-Identifier: BSD-2-Clause

// Package seeds holds the bundled buggy programs. Its only test keeps what expect.json says about them true
// to the sources.
package seeds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type expectation struct {
	Name       string   `json:"name"`
	Verdict    string   `json:"verdict"`
	Sites      []string `json:"sites"`
	About      string   `json:"about"`
	From       string   `json:"from"`
	NativeRate float64  `json:"native_rate"`
}

var verdicts = []string{"leak", "deadlock", "panic", "fail", "livelock", "fatal"}

// sources tells how an operation is spelled on the line of its site, | between several ways.
var sources = map[string]string{
	"lock": ".Lock()", "rlock": ".RLock()", "unlock": ".Unlock()", "send": "<- |.Send(", "recv": "<-",
	"close": "close(", "wgwait": ".Wait()", "wgdone": ".Done()", "condwait": ".Wait()",
	"once": ".Do(", "atomic_load": ".Load()", "yield": "runtime.Gosched()", "fail": "t.Error",
}

func TestExpectations(t *testing.T) {
	files, err := filepath.Glob("*/buggy")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 18 {
		t.Errorf("only %d programs", len(files))
	}
	for _, file := range files {
		name := filepath.Dir(file)
		t.Run(name, func(t *testing.T) {
			if err := check(name); err != nil {
				t.Error(err)
			}
		})
	}
}

func check(name string) error {
	text, err := os.ReadFile(filepath.Join(name, "expect.json"))
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var e expectation
	if err := dec.Decode(&e); err != nil {
		return err
	}
	switch {
	case e.Name != name:
		return fmt.Errorf("name is %q", e.Name)
	case !slices.Contains(verdicts, e.Verdict):
		return fmt.Errorf("no such verdict: %q", e.Verdict)
	case e.About == "" || e.From == "" || len(e.Sites) == 0:
		return fmt.Errorf("about, from or sites are missing")
	case e.NativeRate < 0 || e.NativeRate > 1:
		return fmt.Errorf("native_rate is %g", e.NativeRate)
	}
	for _, site := range e.Sites {
		if err := checkSite(name, site); err != nil {
			return err
		}
	}
	return checkTwins(name)
}

func checkSite(name, site string) error {
	position, op, _ := strings.Cut(site, " ")
	file, number, _ := strings.Cut(position, ":")
	want, known := sources[op]
	if !known {
		return fmt.Errorf("site %q: unknown operation", site)
	}
	text, err := os.ReadFile(filepath.Join(name, "buggy", file))
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(lines) {
		return fmt.Errorf("site %q: no such line", site)
	}
	if !slices.ContainsFunc(strings.Split(want, "|"), func(w string) bool { return strings.Contains(lines[n-1], w) }) {
		return fmt.Errorf("site %q: the line is %q", site, strings.TrimSpace(lines[n-1]))
	}
	return nil
}

// checkTwins wants one test for both and different code.
func checkTwins(name string) error {
	same := func(a, b string) (bool, error) {
		x, err := os.ReadFile(filepath.Join(name, a))
		if err != nil {
			return false, err
		}
		y, err := os.ReadFile(filepath.Join(name, b))
		return bytes.Equal(x, y), err
	}
	if ok, err := same("buggy/buggy_test.go", "fixed/fixed_test.go"); err != nil {
		return err
	} else if !ok {
		return fmt.Errorf("the twins have different tests")
	}
	if ok, err := same("buggy/buggy.go", "fixed/fixed.go"); err != nil {
		return err
	} else if ok {
		return fmt.Errorf("the twins do not differ")
	}
	return nil
}
