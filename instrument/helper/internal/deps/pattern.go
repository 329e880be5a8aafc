// SPDX-License-Identifier: BSD-2-Clause

package deps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"goknot/helper/internal/golist"
)

// A pattern matches import paths as the patterns of go list do.
type pattern struct {
	text string
	re   *regexp.Regexp
	// any holds for "all" and for patterns that begin with "...": they mean dependencies, not all of Go.
	any bool
}

func parsePatterns(list string) ([]pattern, error) {
	var out []pattern
	for _, text := range strings.Split(list, ",") {
		if text = strings.TrimSpace(text); text == "" {
			return nil, fmt.Errorf("-deps %s: an empty pattern", list)
		}
		out = append(out, newPattern(text))
	}
	return out, nil
}

func newPattern(text string) pattern {
	re := regexp.QuoteMeta(text)
	if text == "all" {
		re = `\.\.\.`
	}
	// net/... is net, too.
	if head, ok := strings.CutSuffix(re, `/\.\.\.`); ok {
		re = head + `(/\.\.\.)?`
	}
	re = strings.ReplaceAll(re, `\.\.\.`, `.*`)
	return pattern{text, regexp.MustCompile("^" + re + "$"), text == "all" || strings.HasPrefix(text, "...")}
}

func (p pattern) match(pkg *golist.Package) bool {
	return p.re.MatchString(pkg.ImportPath) && !(p.any && pkg.Standard)
}

// choose returns the packages of the list that the patterns match, sorted. Each pattern has to match one.
func choose(list *golist.List, patterns []pattern) ([]*golist.Package, error) {
	var out []*golist.Package
	used := make([]bool, len(patterns))
	for _, pkg := range list.Plain() {
		chosen := false
		for i, p := range patterns {
			if p.match(pkg) {
				used[i], chosen = true, true
			}
		}
		if chosen {
			out = append(out, pkg)
		}
	}
	if i := slices.Index(used, false); i >= 0 {
		return nil, noMatch(list, patterns[i])
	}
	return out, nil
}

func noMatch(list *golist.List, p pattern) error {
	for _, pkg := range list.Packages {
		if pkg.Module != nil && pkg.Module.Path == p.text {
			return fmt.Errorf("-deps %s: nothing that is built here is or imports this package; %s/... stands for those of the module",
				p.text, p.text)
		}
	}
	return fmt.Errorf("-deps %s: nothing that is built here is or imports such a package", p.text)
}
