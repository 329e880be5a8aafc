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
	case *ast.SelectorExpr:
		if op := atomicOp(w.pkg.Info.Uses[n.Sel]); op != 0 && !w.done[n.Sel] {
			w.done[n.Sel] = true
			w.atomicValue(n, n, n.Sel, op)
		}
	case *ast.Ident:
		if op := atomicOp(w.pkg.Info.Uses[n]); op != 0 && !w.done[n] {
			w.atomicValue(n, nil, n, op)
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
	at := w.spawns[call]
	x, addr, reason := w.atomicOperand(call, sel)
	switch {
	case reason != "":
		w.unplaced(name.Pos(), op.String(), reason)
		return
	case x == nil || at.how == byGo || at.how == byDefer && !w.repeatable(x):
		w.atomicValue(call.Fun, sel, name, op)
		return
	}
	s := w.site(name.Pos(), op, w.primitive(x))
	if at.how == byDefer {
		operand := addr.of(w.text(x))
		w.deferBefore(at.stmt, func() string { return w.call("AP", s) + ", " + operand + ")" })
		return
	}
	if arg := w.callingArg(call, x); arg != nil {
		w.wrap(arg, "AX", s, addr.of(w.text(x))+", ")
		return
	}
	w.wrapAddress(x, addr, s)
}

// wrapAddress gives AP the address that x stands for and goes on with it.
func (w *walker) wrapAddress(x ast.Expr, addr address, s *sites.Site) {
	w.open[x] = append(w.open[x], func() string { return w.call("AP", s) + ", " + addr.amp })
	w.close[x] = append(w.close[x], func() string { return addr.path + ")" })
}

// callingArg is the last argument behind the operand x that calls or receives. Nil: there is none, it has its type
// from where it stands, or x cannot be written twice.
func (w *walker) callingArg(call *ast.CallExpr, x ast.Expr) ast.Expr {
	if !w.repeatable(x) {
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

// address is how an operand becomes the address of its primitive: & in front, embedded fields behind.
type address struct{ amp, path string }

func (a address) of(operand []byte) string { return a.amp + string(operand) + a.path }

// atomicOperand finds the expression that points at the memory: the first argument, or the receiver. Nil: it is
// among the results of a call that gives all arguments.
func (w *walker) atomicOperand(call *ast.CallExpr, sel *ast.SelectorExpr) (x ast.Expr, addr address, reason string) {
	if sel != nil && w.isMethodValue(sel) {
		addr, ok := w.receiver(sel)
		if !ok {
			return nil, addr, "no address to give to the hook"
		}
		return sel.X, addr, ""
	}
	if len(call.Args) == 0 || w.isTuple(call.Args[0]) {
		return nil, addr, ""
	}
	// The parameter is a pointer, and so is what the checker knows no type of.
	if t := w.typeOf(call.Args[0]); t != nil {
		if _, ok := t.Underlying().(*types.Pointer); !ok {
			return nil, addr, "no address to give to the hook"
		}
	}
	return call.Args[0], addr, ""
}

// receiver is the address of the primitive whose method sel selects, through the fields that it is embedded in.
func (w *walker) receiver(sel *ast.SelectorExpr) (addr address, ok bool) {
	amp, ok := w.handle(sel.X)
	t := w.typeOf(sel.X)
	s := w.pkg.Info.Selections[sel]
	if t == nil || len(s.Index()) == 1 {
		return address{amp: amp}, ok
	}
	path := ""
	for _, i := range s.Index()[:len(s.Index())-1] {
		if p, isPointer := t.Underlying().(*types.Pointer); isPointer {
			ok, t = true, p.Elem()
		}
		fields, isStruct := t.Underlying().(*types.Struct)
		if !isStruct {
			return address{amp: amp}, ok
		}
		f := fields.Field(i)
		if !f.Exported() && f.Pkg() != w.pkg.Types {
			return address{amp: amp}, ok
		}
		path += "." + f.Name()
		t = f.Type()
	}
	if _, isPointer := t.Underlying().(*types.Pointer); isPointer {
		return address{path: path}, true
	}
	return address{amp: "&", path: path}, ok
}

func (w *walker) text(n ast.Node) []byte {
	return w.file.Src[w.offset(n.Pos()):w.offset(n.End())]
}
