// SPDX-License-Identifier: BSD-2-Clause

package sites

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// Site is one operation in the source.
type Site struct {
	ID     uint32 `json:"id"`
	Pkg    string `json:"pkg"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Col    int    `json:"col"`
	Op     Op     `json:"op"`
	Prim   string `json:"prim"`
	Func   string `json:"func"`
	Parent uint32 `json:"parent"`
	After  bool   `json:"after"`

	Key    Key   `json:"-"`
	Select *Site `json:"-"` // the select statement this is a case of
}

// Unplaced is an operation, or a whole file (Op "file"), that carries no hook.
type Unplaced struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Col    int    `json:"col"`
	Op     string `json:"op"`
	Reason string `json:"reason"`
}

// Package says how much of a package was instrumented: Instrumented counts the files that carry a hook.
type Package struct {
	Path         string `json:"path"`
	Files        int    `json:"files"`
	Instrumented int    `json:"instrumented"`
	Reason       string `json:"reason"`
}

// Table is the site table.
type Table struct {
	Module   string
	Sites    []*Site
	Unplaced []Unplaced
	Packages []Package
}

// Number gives every site its hash, in the order of the list. The second of two sites with one hash moves on
// to the next free one of its key; the notes say which.
func Number(list []*Site) (notes []string) {
	nth := make(map[Key]int)
	taken := make(map[uint32]*Site)
	for _, s := range list {
		for {
			s.ID = s.Key.Hash(nth[s.Key])
			nth[s.Key]++
			other := taken[s.ID]
			if other == nil {
				break
			}
			notes = append(notes, fmt.Sprintf("%s:%d %s and %s:%d %s share the site hash %d: the first was given another",
				s.File, s.Line, s.Op, other.File, other.Line, other.Op, s.ID))
		}
		taken[s.ID] = s
	}
	for _, s := range list {
		if s.Select != nil {
			s.Parent = s.Select.ID
		}
	}
	return notes
}

// Encode writes the table with one entry a line, sorted, so that two versions compare well.
func (t *Table) Encode() ([]byte, error) {
	slices.SortStableFunc(t.Sites, func(a, b *Site) int {
		return cmp.Or(cmp.Compare(a.Pkg, b.Pkg), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Op, b.Op))
	})
	slices.SortStableFunc(t.Unplaced, func(a, b Unplaced) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Op, b.Op))
	})
	slices.SortStableFunc(t.Packages, func(a, b Package) int { return cmp.Compare(a.Path, b.Path) })

	var out bytes.Buffer
	module, err := json.Marshal(t.Module)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, "{\"version\":1,\"module\":%s,\n\"sites\":[", module)
	if err := lines(&out, t.Sites); err != nil {
		return nil, err
	}
	out.WriteString("],\n\"unplaced\":[")
	if err := lines(&out, t.Unplaced); err != nil {
		return nil, err
	}
	out.WriteString("],\n\"packages\":[")
	if err := lines(&out, t.Packages); err != nil {
		return nil, err
	}
	out.WriteString("]}\n")
	return out.Bytes(), nil
}

func lines[T any](out *bytes.Buffer, list []T) error {
	for i, v := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		var one bytes.Buffer
		enc := json.NewEncoder(&one)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return err
		}
		out.Write(bytes.TrimRight(one.Bytes(), "\n"))
	}
	return nil
}
