// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/types"
)

// chanOf is the channel type behind t; for a type parameter every type of its set must be a channel.
func chanOf(t types.Type) *types.Chan {
	if t == nil {
		return nil
	}
	if tp, ok := types.Unalias(t).(*types.TypeParam); ok {
		return chanOfSet(tp.Constraint().Underlying())
	}
	c, _ := t.Underlying().(*types.Chan)
	return c
}

func chanOfSet(t types.Type) *types.Chan {
	switch t := t.(type) {
	case *types.Chan:
		return t
	case *types.Union:
		var c *types.Chan
		for i := range t.Len() {
			if c = chanOfSet(t.Term(i).Type().Underlying()); c == nil {
				return nil
			}
		}
		return c
	case *types.Interface:
		for i := range t.NumEmbeddeds() {
			e := t.EmbeddedType(i)
			if _, ok := e.(*types.Union); !ok {
				e = e.Underlying()
			}
			if c := chanOfSet(e); c != nil {
				return c
			}
		}
	}
	return nil
}

// callee finds the function or method that a call names, and the selector when it is a method.
func (w *walker) callee(call *ast.CallExpr) (fn types.Object, method *ast.SelectorExpr) {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return w.pkg.Info.Uses[f], nil
	case *ast.SelectorExpr:
		if s := w.pkg.Info.Selections[f]; s != nil {
			return s.Obj(), f
		}
		return w.pkg.Info.Uses[f.Sel], nil
	}
	return nil, nil
}

// methodOf gives "Type.Name" for a method that package path declares, "" for anything else. Methods reached
// through embedding, an alias or an interface count as those of the type that declares them.
func methodOf(obj types.Object, path string) string {
	fn, ok := obj.(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != path {
		return ""
	}
	recv := fn.Type().(*types.Signature).Recv()
	if recv == nil {
		return ""
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name() + "." + fn.Name()
	}
	if _, ok := t.(*types.Interface); ok {
		return "." + fn.Name()
	}
	return ""
}

// funcOf is the name of a function (no method) of package path, "" for anything else.
func funcOf(obj types.Object, path string) string {
	fn, ok := obj.(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != path || fn.Type().(*types.Signature).Recv() != nil {
		return ""
	}
	return fn.Name()
}

// handle says how a receiver becomes something a hook can hold without copying the primitive: as it is when it
// is a pointer or an interface, by address when it is a variable. A value that is neither reaches its
// primitive through an embedded pointer; a copy of it is as good, but has no address.
func (w *walker) handle(x ast.Expr) (amp string, pointer bool) {
	t := w.typeOf(x)
	if t == nil {
		return "", false
	}
	switch t.Underlying().(type) {
	case *types.Pointer:
		return "", true
	case *types.Interface:
		return "", false
	}
	if w.pkg.Info.Types[x].Addressable() {
		return "&", true
	}
	return "", false
}

// noResult tells whether call has neither arguments nor results: its function fits func().
func (w *walker) noResult(call *ast.CallExpr) bool {
	tv := w.pkg.Info.Types[call]
	return len(call.Args) == 0 && tv.IsVoid()
}

// isPure: evaluating x once more has no effect and cannot give another value at the same moment.
func isPure(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return true
	case *ast.ParenExpr:
		return isPure(x.X)
	case *ast.SelectorExpr:
		return isPure(x.X)
	case *ast.StarExpr:
		return isPure(x.X)
	case *ast.UnaryExpr:
		return x.Op.String() == "&" && isPure(x.X)
	}
	return false
}
