// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/token"

	"goknot/helper/internal/sites"
)

// selectRule: B(id, SELECT) before the statement, P around the channel of each case, and in each body first
// the A of its case. The sites of the cases name the select as their parent.
func selectRule(w *walker, n ast.Node) {
	sel, ok := n.(*ast.SelectStmt)
	if !ok {
		return
	}
	outer := w.listed[sel]
	if outer == nil {
		w.unplaced(sel.Pos(), sites.Select.String(), "no statement can stand beside it")
		return
	}
	s := w.site(sel.Select, sites.Select, "select")
	if outer == sel || !breaksOut(sel) {
		w.before(sel, s)
	} else {
		// A break must find its label right before the select. The label was entered already; nothing has been
		// queued for positions behind it yet.
		w.out.insert(w.offset(outer.Pos()), func() string { return w.call("B", s) + "); " })
	}
	for _, c := range sel.Body.List {
		w.comm(c.(*ast.CommClause), s)
	}
}

// breaksOut tells whether a break in sel names a label that may be its own. Without one the hook goes behind the
// label, where a goto meets it too.
func breaksOut(sel *ast.SelectStmt) (found bool) {
	ast.Inspect(sel.Body, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok && b.Tok == token.BREAK && b.Label != nil {
			found = true
		}
		return !found
	})
	return found
}

// comm hooks one case of the select of parent.
func (w *walker) comm(c *ast.CommClause, parent *sites.Site) {
	var s *sites.Site
	switch comm := c.Comm.(type) {
	case nil:
		s = w.site(c.Case, sites.SelDefault, "default")
	case *ast.SendStmt:
		s = w.commSite(comm, comm.Arrow, sites.SelSend, comm.Chan)
	case *ast.ExprStmt:
		s = w.commReceive(comm.X)
	case *ast.AssignStmt:
		s = w.commReceive(comm.Rhs[0])
	}
	if s == nil {
		return
	}
	s.Select = parent
	w.first(c.Colon+1, s)
}

func (w *walker) commReceive(x ast.Expr) *sites.Site {
	u, ok := ast.Unparen(x).(*ast.UnaryExpr)
	if !ok || u.Op != token.ARROW {
		return nil
	}
	return w.commSite(u, u.OpPos, sites.SelRecv, u.X)
}

func (w *walker) commSite(comm ast.Node, pos token.Pos, op sites.Op, ch ast.Expr) *sites.Site {
	w.done[comm] = true
	s := w.site(pos, op, w.source(ch))
	w.wrap(ch, "P", s, "")
	return s
}
