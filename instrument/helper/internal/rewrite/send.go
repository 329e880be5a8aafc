// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"goknot/helper/internal/sites"
)

// sendRule: ch <- P(id, SEND, v), so that the hook is the last thing before the send. Where the type of v comes
// from the channel (constants, nil, some comparisons and shifts) P would infer another one, and the hook goes
// to the other operand: P(id, SEND, ch) <- v; so it does where the checker knows no types, as of what is C's.
func sendRule(w *walker, n ast.Node) {
	s, ok := n.(*ast.SendStmt)
	if !ok || w.done[s] {
		return
	}
	ch := chanOf(w.typeOf(s.Chan))
	site := w.site(s.Arrow, sites.Send, w.source(s.Chan))
	known := ch != nil && w.typeOf(s.Value) != nil
	if known && (w.hasOwnType(s.Value) || w.isBoolFor(s.Value, ch.Elem())) {
		w.wrap(s.Value, "P", site, "")
	} else {
		w.wrap(s.Chan, "P", site, "")
	}
	if w.isListed(s) {
		w.end(s, site)
	}
}

// hasOwnType tells whether the type of x does not depend on where it stands. The checker does not say: for
// untyped operands it records the type they end up with.
func (w *walker) hasOwnType(x ast.Expr) bool {
	x = ast.Unparen(x)
	if tv := w.pkg.Info.Types[x]; tv.Value != nil || tv.IsNil() {
		return false
	}
	switch x := x.(type) {
	case *ast.UnaryExpr:
		return x.Op == token.AND || x.Op == token.ARROW || w.hasOwnType(x.X)
	case *ast.BinaryExpr:
		switch x.Op {
		case token.SHL, token.SHR:
			return w.hasOwnType(x.X)
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return false
		}
		return w.hasOwnType(x.X) || w.hasOwnType(x.Y)
	case *ast.CallExpr:
		fn, _ := w.callee(x)
		b, ok := fn.(*types.Builtin)
		return !ok || !slices.Contains([]string{"complex", "imag", "max", "min", "real"}, b.Name())
	}
	return true
}

// isBoolFor tells whether x is a non-constant untyped boolean that is a plain bool in a channel of elem too.
func (w *walker) isBoolFor(x ast.Expr, elem types.Type) bool {
	tv := w.pkg.Info.Types[x]
	basic, ok := tv.Type.Underlying().(*types.Basic)
	if !ok || basic.Info()&types.IsBoolean == 0 || tv.Value != nil {
		return false
	}
	_, param := types.Unalias(elem).(*types.TypeParam)
	return types.Unalias(elem) == types.Typ[types.Bool] || types.IsInterface(elem) && !param
}
