// SPDX-License-Identifier: BSD-2-Clause

package testlist

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// A Pattern is what -run or -skip takes, by the rules of package testing (match.go): "/" separates the levels of
// subtests and "|" alternatives, neither inside brackets or parentheses; each level is a regular expression that a part
// of the name has to match.
type Pattern struct {
	alternatives []alternative
}

type alternative struct {
	first *regexp.Regexp
	below string // the text behind the first level, "" or "/x/y"
}

// ParsePattern tells in the words of go test what is wrong with text, the value of the flag name. "" is no pattern:
// nil.
func ParsePattern(name, text string) (*Pattern, error) {
	if text == "" {
		return nil, nil
	}
	split := splitPattern(text)
	p := new(Pattern)
	for i, levels := range split {
		a := alternative{}
		for j, level := range levels {
			re, err := regexp.Compile(rewritten(level))
			if err != nil {
				where := fmt.Sprintf("element %d of %s (%q)", j, name, rewritten(level))
				if len(split) > 1 {
					where = fmt.Sprintf("alternation %d of %s", i, where)
				}
				return nil, fmt.Errorf("invalid regexp for %s: %w", where, err)
			}
			if j == 0 {
				a.first = re
			} else {
				a.below += "/" + level
			}
		}
		p.alternatives = append(p.alternatives, a)
	}
	return p, nil
}

// splitPattern gives the levels of each alternative.
func splitPattern(text string) (alternatives [][]string) {
	var levels []string
	start, square, round := 0, 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '[':
			square++
		case c == ']' && square > 0:
			square--
		case square > 0:
		case c == '(':
			round++
		case c == ')':
			round--
		case round == 0 && (c == '/' || c == '|'):
			levels = append(levels, text[start:i])
			start = i + 1
			if c == '|' {
				alternatives = append(alternatives, levels)
				levels = nil
			}
		}
	}
	return append(alternatives, append(levels, text[start:]))
}

// rewritten is text as package testing changes it, and names of subtests, before they meet.
func rewritten(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte('_')
		case !strconv.IsPrint(r):
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// matching gives the alternatives whose first level the top-level test name matches.
func (p *Pattern) matching(name string) (found []alternative) {
	if p == nil {
		return nil
	}
	for _, a := range p.alternatives {
		if a.first.MatchString(name) {
			found = append(found, a)
		}
	}
	return found
}

// narrow is what the alternatives come to for one test, their first level replaced by top.
func narrow(from []alternative, top string) string {
	words := make([]string, len(from))
	for i, a := range from {
		words[i] = top + a.below
	}
	return strings.Join(words, "|")
}

// Subtests is what -run and -skip say about the subtests of one test, as patterns for this test alone.
type Subtests struct {
	Test string `json:"test"`
	Run  string `json:"run"`  // "" = all of them
	Name string `json:"name"` // of the test with those, for people
	Skip string `json:"skip"` // "" = none of them
}

// Choose leaves those names in p that run selects and skip does not, as go test does with -run and -skip.
func (p *Package) Choose(run, skip *Pattern) {
	for _, names := range []*[]string{&p.Tests, &p.Examples, &p.Fuzz} {
		chosen := []string{}
		for _, name := range *names {
			if p.choose(name, run, skip) {
				chosen = append(chosen, name)
			}
		}
		*names = chosen
	}
}

func (p *Package) choose(name string, run, skip *Pattern) bool {
	wanted, unwanted := run.matching(name), skip.matching(name)
	if run != nil && len(wanted) == 0 {
		return false
	}
	// The first alternative that matches decides; with a level behind the first one it is for the subtests.
	if len(unwanted) > 0 && unwanted[0].below == "" {
		return false
	}
	s := Subtests{Test: name, Skip: narrow(unwanted, "^"+name+"$")}
	whole := run == nil
	for _, a := range wanted {
		whole = whole || a.below == ""
	}
	if !whole {
		s.Run, s.Name = narrow(wanted, "^"+name+"$"), narrow(wanted, name)
	}
	if s.Run != "" || s.Skip != "" {
		p.Subtests = append(p.Subtests, s)
	}
	return true
}
