// SPDX-License-Identifier: BSD-2-Clause

package runtimeedit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"sort"
)

// source is one file of GOROOT with the edits that are to be made to it. Edits are text at positions that
// the syntax tree gives; the tree itself is never printed.
type source struct {
	rel  string // path below GOROOT/src
	text []byte
	fset *token.FileSet
	tree *ast.File
	cuts []cut
}

type cut struct {
	from, to int
	with     string
	order    int
}

func openSource(goroot, rel string) (*source, error) {
	path := filepath.Join(goroot, "src", filepath.FromSlash(rel))
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{rel: rel, text: text, fset: fset, tree: tree}, nil
}

func (s *source) offset(p token.Pos) int { return s.fset.Position(p).Offset }

func (s *source) replace(from, to token.Pos, with string) {
	s.cuts = append(s.cuts, cut{s.offset(from), s.offset(to), with, len(s.cuts)})
}

func (s *source) insert(at token.Pos, text string) { s.replace(at, at, text) }

// result applies the edits. Lines stay where they are as long as the texts hold no newline.
func (s *source) result() ([]byte, error) {
	sort.SliceStable(s.cuts, func(i, j int) bool { return s.cuts[i].from < s.cuts[j].from })
	var out bytes.Buffer
	at := 0
	for _, c := range s.cuts {
		if c.from < at {
			return nil, fmt.Errorf("%s: two edits overlap", s.rel)
		}
		out.Write(s.text[at:c.from])
		out.WriteString(c.with)
		at = c.to
	}
	out.Write(s.text[at:])
	if _, err := parser.ParseFile(token.NewFileSet(), s.rel, out.Bytes(), parser.SkipObjectResolution); err != nil {
		return nil, fmt.Errorf("%s: the edited file does not parse: %v", s.rel, err)
	}
	return out.Bytes(), nil
}

// funcName is "F" or "(T).M" or "(*T).M".
func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) != 1 {
		return d.Name.Name
	}
	switch t := d.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		if id, ok := t.X.(*ast.Ident); ok {
			return "(*" + id.Name + ")." + d.Name.Name
		}
	case *ast.Ident:
		return "(" + t.Name + ")." + d.Name.Name
	}
	return d.Name.Name
}

func (s *source) fn(name string) *ast.FuncDecl {
	for _, d := range s.tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil && funcName(f) == name {
			return f
		}
	}
	return nil
}

// isCall reports whether n is a call of the function or method called name.
func isCall(n ast.Node, name string) bool {
	c, ok := n.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name == name
	case *ast.SelectorExpr:
		return f.Sel.Name == name
	}
	return false
}

// mentions reports whether the expression holds an identifier called name.
func mentions(n ast.Node, name string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name {
			found = true
		}
		return !found
	})
	return found
}
