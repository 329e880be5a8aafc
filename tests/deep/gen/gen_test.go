// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const drawn = 50 // programs, of depth 3 to 6

func drawnPlan(seed int) *plan { return newPlan(uint64(seed), 3+seed%4, 0) }

func TestSameBytes(t *testing.T) {
	seen := make(map[string]int)
	for seed := 1; seed <= drawn; seed++ {
		one, err := emit(drawnPlan(seed), options{})
		if err != nil {
			t.Fatal(err)
		}
		two, _ := emit(drawnPlan(seed), options{})
		for name, text := range one {
			if !bytes.Equal(text, two[name]) {
				t.Errorf("seed %d: %s differs", seed, name)
			}
		}
		// The names of the package and of the bug aside, no two programs are the same either.
		p := drawnPlan(seed)
		text := string(one[fmt.Sprintf("deep%dd%d.go", seed, p.depth)])
		text = text[strings.Index(text, "\nimport"):]
		if other, ok := seen[text]; ok {
			t.Errorf("seeds %d and %d give the same program", seed, other)
		}
		seen[text] = seed
	}
}

// Every verdict, shape, way to announce and service comes up, both kinds of plan and both of progress.
func TestVariety(t *testing.T) {
	seen := make(map[string]bool)
	for seed := 1; seed <= drawn; seed++ {
		p := drawnPlan(seed)
		seen[p.end.about] = true
		seen[p.shape.String()] = true
		seen[fmt.Sprint("tally ", p.tally)] = true
		seen[fmt.Sprint("visible ", p.visible)] = true
		for _, l := range p.links {
			seen[l.kind.what] = true
			if l.from == l.to {
				t.Errorf("seed %d: a goroutine waits for itself", seed)
			}
		}
		for _, s := range p.services {
			seen[s.name] = true
		}
	}
	if want := len(ends) + int(shapes) + 4 + len(linkKinds) + len(services); len(seen) != want {
		t.Errorf("%d of %d: %v", len(seen), want, seen)
	}
}

// variant is one form of one program in the binary that all of them share.
type variant struct {
	seed int
	form options
}

func (v variant) name() string {
	return fmt.Sprintf("s%dfixed%tinvert%d", v.seed, v.form.fixed, v.form.invert)
}

// Under its gate each program ends in its bug; it does not without the bug, nor when one constraint does not hold.
func TestWitness(t *testing.T) {
	var all []variant
	for seed := 1; seed <= drawn; seed++ {
		all = append(all, variant{seed, options{witness: true}},
			variant{seed, options{witness: true, invert: 1 + seed%drawnPlan(seed).depth}})
		// The fixed forms are what goknot is run on, too.
		if seed%5 == 0 {
			all = append(all, variant{seed, options{witness: true, fixed: true}})
		}
	}
	binary := build(t, all)
	for _, v := range all {
		t.Run(v.name(), func(t *testing.T) {
			got, output := ending(binary, v.name())
			want := "pass"
			if !v.form.fixed && v.form.invert == 0 {
				want = drawnPlan(v.seed).end.verdict
			}
			if got != want {
				t.Errorf("ended in %s, want %s:\n%s", got, want, output)
			}
		})
	}
}

// build makes one test binary of all of them, because linking takes the time.
func build(t *testing.T, all []variant) string {
	t.Helper()
	dir := t.TempDir()
	imports, tests := "", ""
	for _, v := range all {
		p := drawnPlan(v.seed)
		files, err := emit(p, v.form)
		if err == nil {
			err = write(filepath.Join(dir, v.name()), files, false)
		}
		if err != nil {
			t.Fatal(err)
		}
		imports += fmt.Sprintf("import %s \"deep/%s\"\n", v.name(), v.name())
		tests += fmt.Sprintf("func Test_%s(t *testing.T) {\n\tif err := %s.Run(); err != nil {\n\t\tt.Error(err)\n\t}\n}\n", v.name(), v.name())
	}
	files := map[string][]byte{
		"go.mod":      []byte("module deep\n\ngo 1.23\n"),
		"all_test.go": []byte("package deep\n\nimport \"testing\"\n" + imports + tests),
	}
	if err := write(dir, files, true); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "all.test")
	command := exec.Command("go", "test", "-c", "-o", binary, ".")
	command.Dir = dir
	command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, output)
	}
	return binary
}

// ending runs one test. Without a time limit of package testing, and so without a timer, the runtime sees
// deadlocks itself.
func ending(binary, name string) (verdict, output string) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	text, err := exec.CommandContext(ctx, binary, "-test.timeout", "0", "-test.run", "^Test_"+name+"$", "-test.v").CombinedOutput()
	output = string(text)
	var exit *exec.ExitError
	switch {
	case err == nil && strings.Contains(output, "--- PASS"):
		return "pass", output
	case err == nil || !errors.As(err, &exit):
		return "nothing", output
	case strings.Contains(output, "all goroutines are asleep - deadlock!"):
		return "deadlock", output
	case strings.Contains(output, "goroutines are left behind"):
		return "leak", output
	case strings.Contains(output, "panic: "):
		return "panic", output
	case strings.Contains(output, "--- FAIL"):
		return "fail", output
	}
	return "something else", output
}

// The set names generated programs by seed and depth, so these must go on giving the same programs.
func TestSet(t *testing.T) {
	text, err := os.ReadFile("../set.txt")
	if err != nil {
		t.Fatal(err)
	}
	generated := 0
	for _, line := range strings.Split(string(text), "\n") {
		var seed uint64
		var depth int
		var want string
		if n, _ := fmt.Sscanf(line, "gen %d %d %s", &seed, &depth, &want); n != 3 {
			continue
		}
		generated++
		files, err := emit(newPlan(seed, depth, 0), options{})
		if err != nil {
			t.Fatal(err)
		}
		sum := fmt.Sprintf("%x", sha256.Sum256(files[fmt.Sprintf("deep%dd%d.go", seed, depth)]))
		if sum[:16] != want {
			t.Errorf("seed %d, depth %d: %s, the set has %s", seed, depth, sum[:16], want)
		}
	}
	if generated < 10 {
		t.Errorf("%d generated programs in the set", generated)
	}
}

// No fixed order of the goroutines meets all constraints.
func TestAlternation(t *testing.T) {
	for seed := uint64(1); seed <= 200; seed++ {
		for depth := 2; depth <= 6; depth++ {
			if p := newPlan(seed, depth, 0); !p.alternates() {
				t.Errorf("seed %d, depth %d: %v", seed, depth, p.links)
			}
		}
	}
}
