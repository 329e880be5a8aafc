// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/build/constraint"
	"go/token"
	"strings"

	"goknot/helper/internal/load"
)

// A rewritten file starts with a line directive that keeps its name and lines. Where that would change what its loops do
// (load.LinesChangeLoops) it is left out: names come from the overlay then, but for the compiler's own messages.
//
// Hooks are generic functions. A file of a language without them is made one of the first that has them by a build
// constraint, for which there must be a line where there is no directive.

// frame decides how the new file starts. It reports why there can be none.
func (w *walker) frame() (reason string) {
	if len(w.out.changes) == 0 {
		return ""
	}
	w.out.lineDirective = !LinesChangeLoops(w.file.AST, w.file.Language)
	if !w.file.Old {
		return ""
	}
	raise := "//go:build " + load.GenericsVersion
	old, spare := w.headComments()
	switch {
	case old != nil:
		// It has been decided on already.
		w.out.replace(w.offset(old.Pos()), w.offset(old.End()), func() string { return raise })
	case w.out.lineDirective:
		w.out.head = raise + "\n\n"
	case spare != nil:
		w.out.replace(w.offset(spare.Pos()), w.offset(spare.End()), func() string { return raise })
	default:
		return "its language version is below " + load.GenericsVersion + ", and " + load.Release() + " cannot raise it without a change to its loops"
	}
	return ""
}

// LinesChangeLoops tells whether a line directive would change what the file does.
func LinesChangeLoops(f *ast.File, language string) bool {
	if !load.LinesChangeLoops(language) {
		return false
	}
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt:
			if init, ok := n.Init.(*ast.AssignStmt); ok && init.Tok == token.DEFINE {
				found = found || keeps(n, init.Lhs)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				found = found || keeps(n, []ast.Expr{n.Key, n.Value})
			}
		}
		return !found
	})
	return found
}

// keeps tells whether something in loop could hold on to one of its variables: a closure, or an address, which a
// method or a slice may take.
func keeps(loop ast.Node, vars []ast.Expr) (found bool) {
	names := make(map[string]bool)
	for _, v := range vars {
		if id, ok := v.(*ast.Ident); ok && id.Name != "_" {
			names[id.Name] = true
		}
	}
	uses := func(n ast.Node) (uses bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			uses = uses || ok && names[id.Name]
			return !uses
		})
		return uses
	}
	ast.Inspect(loop, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			found = found || uses(n.Body)
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && uses(n.X)
		case *ast.SelectorExpr:
			found = found || uses(n.X)
		case *ast.SliceExpr:
			found = found || uses(n.X)
		}
		return !found
	})
	return found
}

// headComments finds, before the package clause, the build constraint and a line that holds nothing but a comment
// that is for people.
func (w *walker) headComments() (build, spare *ast.Comment) {
	for _, group := range w.file.AST.Comments {
		for _, c := range group.List {
			switch {
			case c.Pos() > w.file.AST.Package:
				return build, spare
			case constraint.IsGoBuild(c.Text):
				build = c
			case spare == nil && (c.Text == "//" || strings.HasPrefix(c.Text, "// ")) && !constraint.IsPlusBuild(c.Text) &&
				w.pkg.Fset.PositionFor(c.Pos(), false).Column == 1:
				spare = c
			}
		}
	}
	return build, spare
}
