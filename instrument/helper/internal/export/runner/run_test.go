// SPDX-License-Identifier: BSD-2-Clause

package main

import "testing"

var edits = fileEdits{"a.go", []edit{
	{1, 10, "package p", "; import o \"m/o\""},
	{3, 2, "\tmu.Lock()", "A; "},
	{5, 2, "\tch <- f()", "B; "},
	{5, 8, "\tch <- f()", "V("},
	{5, 11, "\tch <- f()", ")"},
}}

func TestApply(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"as it was", "package p\n\n\tmu.Lock()\n\tx()\n\tch <- f()\n", "package p; import o \"m/o\"\n\n\tA; mu.Lock()\n\tx()\n\tB; ch <- V(f())\n"},
		{"lines more", "package p\n\n\n\n\tmu.Lock()\n\tx()\n\tch <- f()\n", "package p; import o \"m/o\"\n\n\n\n\tA; mu.Lock()\n\tx()\n\tB; ch <- V(f())\n"},
		{"the nearest", "package p\n\tmu.Lock()\n\n\n\tmu.Lock()\n", "package p; import o \"m/o\"\n\tA; mu.Lock()\n\n\n\tmu.Lock()\n"},
		{"a line less", "package p\n\tch <- f()\n", "package p; import o \"m/o\"\n\tB; ch <- V(f())\n"},
		{"none left", "package p\n", "package p\n"},
	} {
		if got := string(apply(edits, []byte(c.text))); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

func TestIsIt(t *testing.T) {
	for _, c := range []struct {
		verdict, out string
		want         bool
	}{
		{"deadlock", "panic: test timed out after 5s\n\t/m/a.go:11 +0x1\n", true},
		{"deadlock", "fatal error: all goroutines are asleep - deadlock!\n\t/m/a.go:11 +0x1\n", true},
		{"deadlock", "panic: test timed out after 5s\n\t/m/a.go:111 +0x1\n", false},
		{"deadlock", "panic: other\n\t/m/a.go:11\n", false},
		{"panic", "panic: send on closed channel\n\t/m/a.go:11\n", true},
		{"panic", "panic: test timed out after 5s\n\t/m/a.go:11\n", false},
		{"fatal", "fatal error: sync: unlock of unlocked mutex\n\t/m/a.go:11\n", true},
		{"fatal", "fatal error: all goroutines are asleep - deadlock!\n\t/m/a.go:11\n", false},
		{"fail", "--- FAIL: TestX (0.00s)\n    a.go:11: 3, want 4\n", true},
		{"fail", "--- FAIL: TestX (0.00s)\n    a.go:12: 3, want 4\n", false},
		{"leak", "--- FAIL: TestX (0.00s)\n    order.go:3: leak: goroutine T is blocked\n\t/m/a.go:11\n", true},
		{"leak", "--- FAIL: TestX (0.00s)\n    a.go:11: 3, want 4\n", false},
	} {
		repro = reproduction{verdict: c.verdict, places: []string{"a.go:11"}}
		if got := isIt(c.out); got != c.want {
			t.Errorf("%s %q: %v", c.verdict, c.out, got)
		}
	}
}
