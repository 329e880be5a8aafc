// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/types"
	"strconv"
	"strings"

	"goknot/helper/internal/sites"
)

// Operations that are not called where they are named: f := mu.Unlock, context.AfterFunc(ctx, wg.Done),
// op := (*sync.Mutex).Lock, add := atomic.AddInt32, go wg.Add(1). They become F0(id, op, mu.Unlock), a function of
// the same type with the hooks in it. The number in the hook's name is that of the parameters; R stands for a
// result. Those of atomics get the address from their first argument (AF1R, AF2...), method values of atomics beside
// the value (AM0R(id, op, &x, x.Load)...).

// syncValue wraps fun, the value of an operation of package sync.
func (w *walker) syncValue(fun ast.Expr, pos ast.Node, op sites.Op, prim string) {
	shape, ok := w.shape(fun)
	if !ok {
		w.unplaced(pos.Pos(), op.String(), "type error")
		return
	}
	s := w.site(pos.Pos(), op, prim)
	s.After = true
	w.wrap(fun, "F"+shape, s, "")
}

// atomicValue wraps fun, the value of an operation of sync/atomic; sel is not nil where that is a selector.
func (w *walker) atomicValue(fun ast.Expr, sel *ast.SelectorExpr, name *ast.Ident, op sites.Op) {
	shape, ok := w.shape(fun)
	if !ok {
		w.unplaced(name.Pos(), op.String(), "type error")
		return
	}
	if sel == nil || !w.isMethodValue(sel) {
		w.wrap(fun, "AF"+shape, w.site(name.Pos(), op, w.source(fun)), "")
		return
	}
	addr, ok := w.receiver(sel)
	switch {
	case !ok:
		w.unplaced(name.Pos(), op.String(), "no address to give to the hook")
	case !w.repeatable(sel.X):
		w.unplaced(name.Pos(), op.String(), "method value, and its operand cannot be evaluated again")
	default:
		w.wrap(fun, "AM"+shape, w.site(name.Pos(), op, w.primitive(sel.X)), addr.of(w.text(sel.X))+", ")
	}
}

// shape is the number of parameters of fun, and R where it has a result.
func (w *walker) shape(fun ast.Expr) (string, bool) {
	t := w.typeOf(fun)
	if t == nil {
		return "", false
	}
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		return "", false
	}
	return strconv.Itoa(sig.Params().Len()) + strings.Repeat("R", sig.Results().Len()), true
}

func (w *walker) isMethodValue(sel *ast.SelectorExpr) bool {
	s := w.pkg.Info.Selections[sel]
	return s != nil && s.Kind() == types.MethodVal
}

// repeatable: x may be written a second time on its line.
func (w *walker) repeatable(x ast.Expr) bool {
	return isPure(x) && !strings.Contains(string(w.text(x)), "\n")
}
