// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"goknot/helper/internal/sites"
)

// A function that calls nothing begins without the check of the stack at which a goroutine gives up the processor when
// it was asked to while it was inside the runtime. A hook is a call. In the unlock of a spin lock, which is one
// atomic store, that makes the one moment at which its holder is sent away of a moment at which it never was: all others
// spin until it comes back (with a pool of 50,000 goroutines four times the work, hooks off). So where only atomic
// operations are hooked such a function goes without the check as it did before; what the hook itself calls has its own.

// Bounds of such a function. What it has on the stack must fit into what every goroutine has left: some 800 bytes.
const (
	leafSites = 4
	leafNodes = 150
)

// leaf puts //go:nosplit above fn, whose hooks are the sites from the first-th on, when that gives it back what it was.
func (w *walker) leaf(fn *ast.FuncDecl, first int) {
	placed := w.res.Sites[first:]
	if len(placed) == 0 || len(placed) > leafSites || !w.callsNothing(fn) {
		return
	}
	if at, gap := w.directivePlace(fn); at >= 0 {
		w.out.insert(at, func() string { return "//go:nosplit" + gap })
	}
}

// directivePlace is where a directive for fn can stand at the start of a line, without a line more: an empty line in front
// of it, or a line of its comment. -1: there is none.
func (w *walker) directivePlace(fn *ast.FuncDecl) (at int, gap string) {
	start := fn.Pos()
	if fn.Doc != nil {
		start = fn.Doc.Pos()
	}
	if at := w.offset(start); bytes.HasSuffix(w.file.Src[:at], []byte("\n\n")) {
		return at - 1, ""
	}
	if fn.Doc == nil {
		return -1, ""
	}
	for _, c := range fn.Doc.List {
		if strings.HasPrefix(c.Text, "// ") && w.pkg.Fset.PositionFor(c.Pos(), false).Column == 1 {
			return w.offset(c.Pos()), " "
		}
	}
	return -1, ""
}

// callsNothing tells whether the compiler makes no call of fn without hooks. What is not known to be none is one.
func (w *walker) callsNothing(fn *ast.FuncDecl) bool {
	if fn.Body == nil || strings.HasSuffix(declName(fn), "[...]") || strings.Contains(declName(fn), "[...].") {
		return false
	}
	if fn.Type.Results != nil {
		for _, r := range fn.Type.Results.List {
			if !isWord(w.typeOf(r.Type)) {
				return false
			}
		}
	}
	c := leafCheck{w: w}
	c.look(fn.Body)
	return !c.calls && c.nodes <= leafNodes
}

type leafCheck struct {
	w     *walker
	nodes int
	calls bool
}

func (c *leafCheck) look(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil || c.calls {
			return false
		}
		c.nodes++
		switch n := n.(type) {
		case *ast.BlockStmt, *ast.ExprStmt, *ast.ReturnStmt, *ast.IfStmt, *ast.ForStmt, *ast.BranchStmt, *ast.LabeledStmt, *ast.EmptyStmt,
			*ast.IncDecStmt, *ast.ParenExpr, *ast.StarExpr, *ast.BasicLit, *ast.Ident:
		case *ast.AssignStmt:
			for i, x := range n.Lhs {
				if n.Tok == token.DEFINE {
					x = n.Rhs[min(i, len(n.Rhs)-1)]
				}
				c.calls = c.calls || !c.assigns(x)
			}
		case *ast.SelectorExpr:
			s := c.w.pkg.Info.Selections[n]
			c.calls = s != nil && s.Kind() != types.FieldVal
		case *ast.IndexExpr:
			c.calls = !isArray(c.w.typeOf(n.X))
		case *ast.UnaryExpr:
			c.calls = n.Op == token.ARROW
		case *ast.BinaryExpr:
			c.calls = !isWord(c.w.typeOf(n.X)) || !isWord(c.w.typeOf(n.Y))
		case *ast.CallExpr:
			c.call(n)
			return false
		default:
			c.calls = true
		}
		return !c.calls
	})
}

// assigns tells whether giving x a value is no more than moving it: a pointer in memory is told to the collector.
func (c *leafCheck) assigns(x ast.Expr) bool {
	if id, ok := x.(*ast.Ident); ok && id.Name == "_" {
		return true
	}
	t := c.w.typeOf(x)
	return isWord(t) && !isPointer(t)
}

// call looks at a conversion or an atomic operation; anything else is a call.
func (c *leafCheck) call(n *ast.CallExpr) {
	if c.w.pkg.Info.Types[n.Fun].IsType() {
		// -race looks at what comes from an unsafe.Pointer, but not in such functions.
		to, from := c.w.typeOf(n), c.w.typeOf(n.Args[0])
		c.calls = !isWord(to) || !isWord(from) || isPointer(to) && !isSafe(from)
	} else {
		obj, sel := c.w.callee(n)
		c.calls = !isInstruction(obj)
		if sel != nil {
			c.look(sel.X)
		}
	}
	for _, arg := range n.Args {
		if !c.calls {
			c.look(arg)
		}
	}
}

// isInstruction: the compiler makes instructions of this operation of sync/atomic. What stores a pointer tells the collector.
func isInstruction(obj types.Object) bool {
	op := atomicOp(obj)
	if op == 0 {
		return false
	}
	m := methodOf(obj, "sync/atomic")
	if strings.HasPrefix(m, "Value.") {
		return false
	}
	return op == sites.AtomicLoad || !strings.Contains(m+funcOf(obj, "sync/atomic"), "Pointer")
}

// isWord: values of t are a word or less.
func isWord(t types.Type) bool {
	if t == nil {
		return false
	}
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return isPointer(t) || ok && b.Info()&(types.IsBoolean|types.IsInteger|types.IsFloat) != 0
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok || !isSafe(t)
}

func isSafe(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return !ok || b.Kind() != types.UnsafePointer
}

// isArray: values of t have elements that lie in a row.
func isArray(t types.Type) bool {
	if t == nil {
		return false
	}
	u := t.Underlying()
	if p, ok := u.(*types.Pointer); ok {
		u = p.Elem().Underlying()
	}
	switch u.(type) {
	case *types.Array, *types.Slice:
		return true
	}
	return false
}
