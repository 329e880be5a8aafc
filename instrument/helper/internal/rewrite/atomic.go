// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"goknot/helper/internal/sites"
)

// atomicRule: atomic.AddInt32(AP(id, op, &x), 1) and AP(id, op, &x).Load(). The compiler replaces these
// operations by instructions, so that no hook in their bodies would ever run: AP is a scheduling point itself.
//
// x.Store(AX(id, op, &x, x.Load()+1)) where arguments call something: the point is to be the last thing before
// the operation, or nobody could ever come between that load and the store.
func atomicRule(w *walker, n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpr:
		obj, sel := w.callee(n)
		if op := atomicOp(obj); op != 0 {
			w.done[calleeName(n)] = true
			w.atomicCall(n, sel, op)
		}
	case *ast.Ident:
		if op := atomicOp(w.pkg.Info.Uses[n]); op != 0 && !w.done[n] {
			w.unplaced(n.Pos(), op.String(), "function or method value")
		}
	}
}

// calleeName is the identifier by which a call names its function.
func calleeName(call *ast.CallExpr) *ast.Ident {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f
	case *ast.SelectorExpr:
		return f.Sel
	}
	return nil
}

// atomicOp sorts the functions and methods of sync/atomic by what they do to memory; 0 for anything else.
func atomicOp(obj types.Object) sites.Op {
	name := funcOf(obj, "sync/atomic")
	if m := methodOf(obj, "sync/atomic"); m != "" {
		_, name, _ = strings.Cut(m, ".")
	}
	switch {
	case strings.HasPrefix(name, "Load"):
		return sites.AtomicLoad
	case strings.HasPrefix(name, "Store"):
		return sites.AtomicStore
	}
	for _, prefix := range []string{"Add", "Swap", "CompareAndSwap", "And", "Or"} {
		if strings.HasPrefix(name, prefix) {
			return sites.AtomicRMW
		}
	}
	return 0
}

func (w *walker) atomicCall(call *ast.CallExpr, sel *ast.SelectorExpr, op sites.Op) {
	name := calleeName(call)
	x, amp, reason := w.atomicOperand(call, sel)
	at := w.spawns[call]
	switch {
	case reason != "":
	case at.how == byGo:
		reason = "called by a go statement"
	case at.how == byDefer && (!isPure(x) || strings.Contains(string(w.text(x)), "\n")):
		reason = "deferred, and its operand cannot be evaluated again"
	}
	if reason != "" {
		w.unplaced(name.Pos(), op.String(), reason)
		return
	}
	s := w.site(name.Pos(), op, w.primitive(x))
	if at.how == byDefer {
		operand := string(w.text(x))
		w.deferBefore(at.stmt, func() string { return w.call("AP", s) + ", " + amp + operand + ")" })
		return
	}
	if arg := w.callingArg(call, x); arg != nil {
		operand := string(w.text(x))
		w.wrap(arg, "AX", s, amp+operand+", ")
		return
	}
	w.wrap(x, "AP", s, amp)
}

// callingArg is the last argument behind the operand x that calls or receives. Nil: there is none, it has its type
// from where it stands, or x cannot be written twice.
func (w *walker) callingArg(call *ast.CallExpr, x ast.Expr) ast.Expr {
	if !isPure(x) || strings.Contains(string(w.text(x)), "\n") {
		return nil
	}
	sig, ok := w.typeOf(call.Fun).Underlying().(*types.Signature)
	if !ok || sig.Params().Len() != len(call.Args) {
		return nil
	}
	for i := len(call.Args) - 1; i >= 0 && call.Args[i] != x; i-- {
		arg := call.Args[i]
		if !w.calls(arg) {
			continue
		}
		if w.hasOwnType(arg) || w.isBoolFor(arg, sig.Params().At(i).Type()) {
			return arg
		}
		return nil
	}
	return nil
}

// calls tells whether evaluating x may run a function or receive; conversions and the bodies of literals do not.
func (w *walker) calls(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = found || !w.pkg.Info.Types[n.Fun].IsType()
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// atomicOperand finds the expression that points at the memory: the first argument, or the receiver.
func (w *walker) atomicOperand(call *ast.CallExpr, sel *ast.SelectorExpr) (x ast.Expr, amp, reason string) {
	if sel != nil && w.pkg.Info.Selections[sel].Kind() == types.MethodVal {
		amp, pointer := w.handle(sel.X)
		if !pointer {
			return nil, "", "no address to give to the hook"
		}
		return sel.X, amp, ""
	}
	if len(call.Args) == 0 || w.isTuple(call.Args[0]) {
		return nil, "", "its arguments are the results of one call"
	}
	t := w.typeOf(call.Args[0])
	if t == nil {
		return nil, "", "type error"
	}
	if _, ok := t.Underlying().(*types.Pointer); !ok {
		return nil, "", "no address to give to the hook"
	}
	return call.Args[0], "", ""
}

func (w *walker) text(n ast.Node) []byte {
	return w.file.Src[w.offset(n.Pos()):w.offset(n.End())]
}
