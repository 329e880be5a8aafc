// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/token"

	"goknot/helper/internal/sites"
)

// receiveRule: <-P(id, RECV, ch), and E behind the statement that the receive makes up, or EV around a receive
// that stands inside an expression.
func receiveRule(w *walker, n ast.Node) {
	u, ok := n.(*ast.UnaryExpr)
	if !ok || u.Op != token.ARROW || w.done[u] {
		return
	}
	s := w.site(u.OpPos, sites.Recv, w.source(u.X))
	stmt, commaOK := w.receiveStmt(u)
	switch {
	case stmt != nil && w.isListed(stmt):
		w.end(stmt, s)
	case !commaOK:
		w.wrap(u, "EV", s, "")
		s.After = true
	}
	w.wrap(u.X, "P", s, "")
}

// receiveStmt finds the statement that has u as its only right side. commaOK reports the form v, ok, which
// allows no call around the receive.
func (w *walker) receiveStmt(u *ast.UnaryExpr) (stmt ast.Stmt, commaOK bool) {
	switch p := w.parent().(type) {
	case *ast.ExprStmt:
		return p, false
	case *ast.AssignStmt:
		if len(p.Rhs) == 1 && ast.Unparen(p.Rhs[0]) == u {
			return p, len(p.Lhs) == 2
		}
	case *ast.ValueSpec:
		if len(p.Values) == 1 {
			return w.declStmt(p), len(p.Names) == 2
		}
	}
	return nil, false
}

// declStmt is the statement of a lone declaration. In a group the hook would come after the other ones.
func (w *walker) declStmt(spec *ast.ValueSpec) ast.Stmt {
	for i, n := range w.stack {
		if n != spec || i < 2 {
			continue
		}
		d, ok := w.stack[i-2].(*ast.DeclStmt)
		if ok && len(d.Decl.(*ast.GenDecl).Specs) == 1 {
			return d
		}
	}
	return nil
}
