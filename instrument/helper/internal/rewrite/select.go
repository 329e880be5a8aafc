// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/token"
	"strconv"

	"goknot/helper/internal/sites"
)

// selectRule: S around the channel of the first case, which names the select and the case, P around those of the others, and
// in each body first the A of its case; B(id, SELECT) before a statement that looks at no channel. The sites of the cases
// name the select as their parent.
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
	unnamed := s
	for _, c := range sel.Body.List {
		unnamed = w.comm(c.(*ast.CommClause), s, unnamed)
	}
	switch {
	case unnamed == nil:
	case outer == sel || !breaksOut(sel):
		w.before(sel, s)
	default:
		// A break must find its label right before the select. The label was entered already; nothing has been
		// queued for positions behind it yet.
		w.out.insert(w.offset(outer.Pos()), func() string { return w.call("B", s) + "); " })
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

// comm hooks one case of the select of parent. It returns the select if that has got no name yet: unnamed is the select then.
func (w *walker) comm(c *ast.CommClause, parent, unnamed *sites.Site) *sites.Site {
	var s *sites.Site
	named := unnamed
	switch comm := c.Comm.(type) {
	case nil:
		s = w.site(c.Case, sites.SelDefault, "default")
	case *ast.SendStmt:
		s, named = w.commSite(comm, comm.Arrow, sites.SelSend, comm.Chan, unnamed), nil
	case *ast.ExprStmt:
		s, named = w.commReceive(comm.X, unnamed)
	case *ast.AssignStmt:
		s, named = w.commReceive(comm.Rhs[0], unnamed)
	}
	if s != nil {
		s.Select = parent
		w.first(c.Colon+1, s)
	}
	return named
}

func (w *walker) commReceive(x ast.Expr, unnamed *sites.Site) (s, still *sites.Site) {
	u, ok := ast.Unparen(x).(*ast.UnaryExpr)
	if !ok || u.Op != token.ARROW {
		return nil, unnamed
	}
	return w.commSite(u, u.OpPos, sites.SelRecv, u.X, unnamed), nil
}

func (w *walker) commSite(comm ast.Node, pos token.Pos, op sites.Op, ch ast.Expr, unnamed *sites.Site) *sites.Site {
	w.done[comm] = true
	s := w.site(pos, op, w.source(ch))
	if unnamed == nil {
		w.wrap(ch, "P", s, "")
		return s
	}
	w.open[ch] = append(w.open[ch], func() string {
		return w.head("S", unnamed) + ", " + strconv.FormatUint(uint64(s.ID), 10) + ", " + strconv.Itoa(int(s.Op.Hook())) + ", "
	})
	w.close[ch] = append(w.close[ch], func() string { return ")" })
	return s
}
