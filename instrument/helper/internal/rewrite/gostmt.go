// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"

	"goknot/helper/internal/sites"
)

// goRule: B(id, GO); go f(x); A(id, GO). The operands are evaluated in between, with hooks of their own.
func goRule(w *walker, n ast.Node) {
	g, ok := n.(*ast.GoStmt)
	if !ok {
		return
	}
	w.spawns[g.Call] = spawnAt{byGo, g}
	if !w.isListed(g) {
		w.unplaced(g.Pos(), sites.Go.String(), "no statement can stand beside it")
		return
	}
	prim := "func"
	if _, lit := ast.Unparen(g.Call.Fun).(*ast.FuncLit); !lit {
		prim = w.source(g.Call.Fun)
	}
	s := w.site(g.Go, sites.Go, prim)
	w.before(g, s)
	w.after(g, s)
}

// deferRule only tells the rules for calls that this one runs later.
func deferRule(w *walker, n ast.Node) {
	if d, ok := n.(*ast.DeferStmt); ok {
		w.spawns[d.Call] = spawnAt{byDefer, d}
	}
}

// deferBefore makes a hook run right before a deferred call: the last call deferred is the first to run.
func (w *walker) deferBefore(stmt ast.Stmt, hook text) {
	w.close[stmt] = append(w.close[stmt], func() string { return "; defer " + hook() })
}
