// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"

	"goknot/helper/internal/sites"
)

// rangeRule: for v := range P(id, RECV, ch) { A(id, RECV); ... }. The hook runs once; the receives after the
// first are named by the runtime, which finds the same site.
func rangeRule(w *walker, n ast.Node) {
	r, ok := n.(*ast.RangeStmt)
	if !ok {
		return
	}
	if t := w.typeOf(r.X); chanOf(t) == nil {
		if t == nil {
			w.unplaced(r.For, sites.Range.String(), "type error: it may range over a channel")
		}
		return
	}
	s := w.site(r.For, sites.Range, w.source(r.X))
	w.wrap(r.X, "P", s, "")
	w.first(r.Body.Lbrace+1, s)
}
