// SPDX-License-Identifier: BSD-2-Clause

// Opcount counts the operations on concurrency primitives in a module by go/types, without any code of goknot's, and
// looks each up in goknot's site table: hooked, reported as unplaced with a reason, or lost.
//
//	go list -e -json -deps -test -export ./... | opcount sites.json
//
// It prints one JSON object; every lost operation, and every site that is none, goes to standard error. Exit code 1
// when any is lost or under 99 % are hooked.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// table is the site table as far as it is compared.
type table struct {
	Sites []struct {
		File, Op  string
		Line, Col int
	}
	Unplaced []struct {
		File, Op, Reason string
		Line, Col        int
	}
}

// sum is what is printed.
type sum struct {
	Packages    int            `json:"packages"`
	LinesOwn    int            `json:"lines_own"`
	LinesDeps   int            `json:"lines_deps"`
	Operations  int            `json:"operations"`
	Hooked      int            `json:"hooked"`
	Unplaced    int            `json:"unplaced"`
	Lost        int            `json:"lost"`
	Unknown     int            `json:"unknown"` // sites that are no operation by this count
	Reasons     map[string]int `json:"reasons"`
	Kinds       map[string]int `json:"kinds"`
	TypeErrors  int            `json:"type_errors"`
	LostList    []string       `json:"-"`
	UnknownList []string       `json:"-"`
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) != 1 {
		fmt.Fprintln(stderr, "usage: go list -e -json -deps -test -export ./... | opcount sites.json")
		return 2
	}
	var t table
	data, err := os.ReadFile(args[0])
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil {
		fmt.Fprintln(stderr, "opcount:", err)
		return 2
	}
	w, err := readList(stdin)
	if err != nil {
		fmt.Fprintln(stderr, "opcount:", err)
		return 2
	}
	ops, s := w.count(stderr)
	s.compare(ops, &t)
	for _, l := range s.LostList {
		fmt.Fprintln(stderr, "lost:", l)
	}
	for _, l := range s.UnknownList {
		fmt.Fprintln(stderr, "no operation:", l)
	}
	out, err := json.Marshal(s)
	if err != nil {
		fmt.Fprintln(stderr, "opcount:", err)
		return 2
	}
	fmt.Fprintln(stdout, string(out))
	if s.Lost > 0 || s.Hooked*100 < s.Operations*99 {
		return 1
	}
	return 0
}

// count finds the operations of all packages of the main module. A file is part of several packages when it is
// compiled for tests, too; its operations count once.
func (w *world) count(stderr io.Writer) (map[operation]found, *sum) {
	ops := make(map[operation]found)
	s := &sum{Reasons: make(map[string]int), Kinds: make(map[string]int)}
	for _, p := range w.all {
		if !p.own() || w.isTestMain(p) {
			continue
		}
		s.Packages++
		files, info, problems := w.check(p)
		for i, err := range problems {
			if i < 3 {
				fmt.Fprintln(stderr, "opcount:", p.ImportPath+":", err)
			}
		}
		s.TypeErrors += len(problems)
		for _, f := range files {
			c := counter{fset: w.fset, info: info, path: w.fset.PositionFor(f.Package, false).Filename, add: func(o found) {
				if _, ok := ops[o.operation]; !ok {
					ops[o.operation] = o
				}
			}}
			c.file(f)
		}
	}
	s.LinesOwn, s.LinesDeps = w.lines()
	return ops, s
}

func (s *sum) compare(ops map[operation]found, t *table) {
	hooked := make(map[operation]bool)
	for _, x := range t.Sites {
		o := operation{x.File, x.Line, x.Col, x.Op}
		hooked[o] = true
		if _, ok := ops[o]; !ok {
			s.Unknown++
			s.UnknownList = append(s.UnknownList, o.String())
		}
	}
	reasons := make(map[operation]string)
	whole := make(map[string]string)
	for _, x := range t.Unplaced {
		if x.Op == "file" {
			whole[x.File] = x.Reason
		}
		reasons[operation{x.File, x.Line, x.Col, x.Op}] = x.Reason
	}
	for o, f := range ops {
		s.Operations++
		s.Kinds[o.kind]++
		reason := reasons[o]
		if reason == "" {
			reason = reasons[f.fn]
		}
		if reason == "" {
			reason = whole[f.path]
		}
		switch {
		case hooked[o]:
			s.Hooked++
		case reason != "":
			s.Unplaced++
			s.Reasons[o.kind+": "+reason]++
		default:
			s.Lost++
			s.LostList = append(s.LostList, o.String())
		}
	}
	slices.SortFunc(s.LostList, strings.Compare)
	slices.SortFunc(s.UnknownList, strings.Compare)
}

func (o operation) String() string {
	return fmt.Sprintf("%s:%d:%d %s", o.file, o.line, o.col, o.kind)
}
