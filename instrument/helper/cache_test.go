// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// cached runs the helper with a cache; parsed is how many packages it had to parse.
func (s *sandbox) cached(patterns []string, flags ...string) (parsed int) {
	s.t.Helper()
	code, errs := s.helper(patterns, append(flags, "-cache", s.path("cache"))...)
	if code != exitOK {
		s.t.Fatal(errs)
	}
	all := -1
	if _, err := fmt.Sscanf(errs, "goknot helper: note: %d packages, %d of them parsed,", &all, &parsed); err != nil {
		s.t.Fatalf("%v: %s", err, errs)
	}
	return parsed
}

// fresh is what a helper without any cache writes.
func (s *sandbox) fresh(patterns ...string) map[string]string {
	s.t.Helper()
	if err := os.RemoveAll(s.out); err != nil {
		s.t.Fatal(err)
	}
	s.mustHelper(patterns...)
	return s.written()
}

// again compares what is there with what a helper without any cache writes.
func (s *sandbox) again(patterns ...string) {
	s.t.Helper()
	got := s.written()
	same(s.t, got, s.fresh(patterns...))
}

func cacheSandbox(t *testing.T) *sandbox {
	return newSandbox(t, "1.23", map[string]string{
		"low/low.go":       "package low\n\nimport \"sync\"\n\ntype L struct{ sync.Mutex }\n\nfunc (l *L) Twice() { l.Lock(); l.Unlock() }\n",
		"high/high.go":     "package high\n\nimport \"golden/low\"\n\nfunc Lock(l *low.L) { l.Lock() }\n",
		"high/x_test.go":   "package high_test\n\nimport (\n\t\"testing\"\n\t\"golden/high\"\n\t\"golden/low\"\n)\n\nfunc TestHigh(t *testing.T) { l := new(low.L); high.Lock(l); l.Unlock() }\n",
		"aside/aside.go":   "package aside\n\nfunc Send(c chan int) {\n\tselect {\n\tcase c <- 1:\n\tcase <-c:\n\tdefault:\n\t}\n}\n",
		"aside/in_test.go": "package aside\n\nimport \"testing\"\n\nfunc TestSend(t *testing.T) { Send(nil) }\n",
		"idle/idle.go":     "package idle\n\nfunc Idle() {}\n",
	})
}

func TestCache(t *testing.T) {
	s := cacheSandbox(t)
	all := []string{"./..."}
	step := func(what string, want int, patterns []string, flags ...string) {
		t.Helper()
		if got := s.cached(patterns, flags...); got != want {
			t.Errorf("%s: parsed %d packages, want %d", what, got, want)
		}
	}
	want := s.fresh("./...")
	step("new", 4, all)
	step("unchanged", 0, all)
	same(t, s.written(), want)

	s.write("aside/aside.go", "package aside\n\n// There is more.\nfunc Send(c chan int) { c <- 1 }\n\nfunc Closed(c chan int) { close(c) }\n")
	step("one package", 1, all)
	step("unchanged", 0, all)
	s.write("aside/in_test.go", "package aside\n\nimport \"testing\"\n\nfunc TestSend(t *testing.T) { Send(nil) }\n\nfunc TestMore(t *testing.T) {}\n")
	step("a test file", 1, all)
	step("some tests", 0, all, "-run", "Closed")
	s.write("low/low.go", "package low\n\nimport \"sync\"\n\ntype L struct{ Mutex }\n\ntype Mutex struct{ sync.Mutex }\n\nfunc (Mutex) Lock() {}\n")
	step("and those that import it", 2, all)
	s.again("./...")

	step("new", 4, all)
	step("some of them, and one without its tests", 1, []string{"./high", "./idle"})
	step("others are kept", 0, all)
	step("other options", 4, all, "-whole")
	step("both are known", 0, all)
	s.again("./...")
}

// TestCacheEmbeds: a file can get embedded by another package.
func TestCacheEmbeds(t *testing.T) {
	s := cacheSandbox(t)
	s.cached([]string{"./..."})
	s.write("top.go", "package golden\n\nimport \"embed\"\n\n//go:embed aside/aside.go\nvar FS embed.FS\n")
	if parsed := s.cached([]string{"./..."}); parsed != 2 {
		t.Errorf("parsed %d packages, want the new one and the one with the embedded file", parsed)
	}
	// What had been written for it stays there, unused.
	var o overlayFile
	s.read("overlay.json", &o)
	if to := o.Replace[filepath.Join(s.dir, "aside/aside.go")]; to != "" {
		t.Errorf("%s replaces the embedded file", to)
	}
}

// TestCacheDamaged: what is no longer what was written is made again, whatever it is.
func TestCacheDamaged(t *testing.T) {
	s := cacheSandbox(t)
	want := s.fresh("./...")
	s.cached([]string{"./..."})
	cache, err := os.ReadFile(s.path("cache"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(cache, []byte("\n"))
	change := func(from, to string) []byte {
		text := regexp.MustCompile(from).ReplaceAll(cache, []byte(to))
		if bytes.Equal(text, cache) {
			t.Fatalf("no %s in %s", from, cache)
		}
		return text
	}
	for what, c := range map[string]struct {
		text   []byte
		parsed int
	}{
		"empty":         {nil, 4},
		"cut":           {cache[:len(cache)-20], 1},
		"a line cut":    {append(bytes.Clone(lines[0][:100]), bytes.Join(lines[1:], nil)...), 2},
		"noise":         {bytes.Repeat([]byte("\x00 \xff "), 1000), 4},
		"a line number": {change(`"l":`, `"l":1`), 3},
		"a function":    {change(`"f":"`, `"f":"x`), 3},
		"a site number": {resum(change(`"i":`, `"i":1`)), 3},
		"no entry":      {resum(change(`(?m)^(\w+ \w+) .*`, "$1 [1]")), 4},
		"file names":    {resum(change(`"Path":"([^"]*)low.go"`, `"Path":"${1}high.go"`)), 1},
	} {
		if err := os.WriteFile(s.path("cache"), c.text, 0o666); err != nil {
			t.Fatal(err)
		}
		if parsed := s.cached([]string{"./..."}); parsed != c.parsed {
			t.Errorf("%s: parsed %d packages, want %d", what, parsed, c.parsed)
		}
		same(t, s.written(), want)
	}
	for path, text := range want {
		if strings.HasSuffix(path, "sites.json") {
			continue
		}
		for _, damage := range []string{"", text + " "} {
			if err := os.WriteFile(path, []byte(damage), 0o666); err != nil {
				t.Fatal(err)
			}
			s.cached([]string{"./..."})
			same(t, s.written(), want)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		s.cached([]string{"./..."})
		same(t, s.written(), want)
	}
}

// resum gives each line the sum that it should have.
func resum(cache []byte) []byte {
	var out bytes.Buffer
	for _, line := range bytes.Split(bytes.TrimSuffix(cache, []byte("\n")), []byte("\n")) {
		_, rest, _ := bytes.Cut(line, []byte(" "))
		fmt.Fprintf(&out, "%s %s\n", sumOf(rest), rest)
	}
	return out.Bytes()
}

// TestCacheUnwritable: the cache is an output like the others.
func TestCacheUnwritable(t *testing.T) {
	s := cacheSandbox(t)
	if code, errs := s.helper([]string{"./..."}, "-cache", "/nonexistent/dir/cache"); code != exitOwn || errs == "" {
		t.Errorf("%d %s", code, errs)
	}
}

// TestCacheBounded: what nobody asks for any more does not pile up.
func TestCacheBounded(t *testing.T) {
	s := cacheSandbox(t)
	s.cached([]string{"./..."})
	c := readCache(s.path("cache"))
	for i := range 3 * spareEntries {
		key := fmt.Sprint("key", i)
		c.order, c.lines[key] = append(c.order, key), []byte("{}")
	}
	if err := c.save(nil); err != nil {
		t.Fatal(err)
	}
	if parsed := s.cached([]string{"./..."}); parsed != 0 {
		t.Errorf("parsed %d packages", parsed)
	}
	if n := len(readCache(s.path("cache")).order); n != spareEntries {
		t.Errorf("%d entries", n)
	}
}
