// SPDX-License-Identifier: BSD-2-Clause

package testlist

import (
	"slices"
	"testing"
)

func parse(t *testing.T, text string) *Pattern {
	t.Helper()
	p, err := ParsePattern("-run", text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatIsLeftForOneTest(t *testing.T) {
	for _, c := range []struct {
		pattern, run, skip string
		runs, skips        bool
	}{
		{"", "", "", true, false},
		{"A", "", "", true, true},
		{"^A", "", "", false, false},
		{"TestA|TestB", "", "", true, true},
		{"(?i)testa", "", "", true, true},
		{"Test[/A]", "", "", true, true},
		{"Test(B/|A)", "", "", true, true},
		{`Test\/A`, "", "", false, false},
		{"TestB|", "", "", true, true},
		{"TestA/x", "^TestA$/x", "^TestA$/x", true, false},
		{"A/x[/|]y/(z|/)|B|/w", "^TestA$/x[/|]y/(z|/)|^TestA$/w", "^TestA$/x[/|]y/(z|/)|^TestA$/w", true, false},
		{"TestA/x|TestA", "", "^TestA$/x|^TestA$", true, false},
		{"TestA|TestA/x", "", "", true, true},
		{"TestB/x", "", "", false, false},
		{"TestA//", "^TestA$//", "^TestA$//", true, false},
		{"A/a b", "^TestA$/a b", "^TestA$/a b", true, false},
	} {
		p := Package{Tests: []string{"TestA"}}
		p.Choose(parse(t, c.pattern), nil)
		if runs := slices.Contains(p.Tests, "TestA"); runs != c.runs {
			t.Errorf("-run %s runs TestA: %v", c.pattern, runs)
		}
		if run := subtests(p).Run; run != c.run {
			t.Errorf("-run %s is %q for TestA, not %q", c.pattern, run, c.run)
		}
		p = Package{Tests: []string{"TestA"}}
		p.Choose(nil, parse(t, c.pattern))
		if runs := slices.Contains(p.Tests, "TestA"); runs == c.skips {
			t.Errorf("-skip %s runs TestA: %v", c.pattern, runs)
		}
		if skip := subtests(p).Skip; skip != c.skip {
			t.Errorf("-skip %s is %q for TestA, not %q", c.pattern, skip, c.skip)
		}
	}
}

func subtests(p Package) Subtests {
	if len(p.Subtests) == 0 {
		return Subtests{}
	}
	return p.Subtests[0]
}

func TestWhatIsNoPattern(t *testing.T) {
	for text, want := range map[string]string{
		"(":    "invalid regexp for element 0 of -run (\"(\"): error parsing regexp: missing closing ): `(`",
		"a/[":  "invalid regexp for element 1 of -run (\"[\"): error parsing regexp: missing closing ]: `[`",
		"A|b(": "invalid regexp for alternation 1 of element 0 of -run (\"b(\"): error parsing regexp: missing closing ): `b(`",
	} {
		if _, err := ParsePattern("-run", text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, wanted %s", text, err, want)
		}
	}
}
