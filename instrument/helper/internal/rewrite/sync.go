// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/types"
	"strings"

	"goknot/helper/internal/sites"
)

var syncOps = map[string]sites.Op{
	"Mutex.Lock": sites.Lock, "Mutex.Unlock": sites.Unlock, "Mutex.TryLock": sites.TryLock,
	"RWMutex.Lock": sites.Lock, "RWMutex.Unlock": sites.Unlock, "RWMutex.TryLock": sites.TryLock,
	"RWMutex.RLock": sites.RLock, "RWMutex.RUnlock": sites.RUnlock, "RWMutex.TryRLock": sites.TryRLock,
	"Locker.Lock": sites.Lock, "Locker.Unlock": sites.Unlock,
	"WaitGroup.Add": sites.WGAdd, "WaitGroup.Done": sites.WGDone, "WaitGroup.Wait": sites.WGWait, "WaitGroup.Go": sites.WGGo,
	"Cond.Wait": sites.CondWait, "Cond.Signal": sites.Signal, "Cond.Broadcast": sites.Broadcast,
	"Once.Do": sites.Once,
}

// syncRule: P(id, OP, &mu).Lock(); A(id, OP). A deferred method without arguments becomes
// defer D(id, OP, mu.Unlock), evaluated when it is deferred as before; one with arguments gets a hook deferred
// after it, which runs right before it. What is not called here is for values.go.
func syncRule(w *walker, n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpr:
		obj, sel := w.callee(n)
		if op, ok := syncOps[methodOf(obj, "sync")]; ok && sel != nil {
			w.done[sel] = true
			w.syncCall(n, sel, op)
		}
	case *ast.SelectorExpr:
		s := w.pkg.Info.Selections[n]
		if s == nil || w.done[n] {
			return
		}
		if op, ok := syncOps[methodOf(s.Obj(), "sync")]; ok {
			w.syncValue(n, n.Sel, op, w.primitive(n.X))
		}
	}
}

func (w *walker) syncCall(call *ast.CallExpr, sel *ast.SelectorExpr, op sites.Op) {
	expr := !w.isMethodValue(sel)
	x := sel.X
	at := w.spawns[call]
	if expr && len(call.Args) > 0 {
		x = call.Args[0]
	}
	if expr && (len(call.Args) == 0 || w.isTuple(x)) || at.how == byGo && !w.noResult(call) {
		w.syncValue(call.Fun, sel.Sel, op, w.primitive(x))
		return
	}
	s := w.site(sel.Sel.Pos(), op, w.primitive(x))
	switch {
	case at.how != inPlace && w.noResult(call):
		w.deferCall(call, s)
	case at.how == byDefer:
		w.deferBefore(at.stmt, func() string { return w.call("B", s) + ")" })
	case expr:
		w.wrap(x, "P", s, "")
		w.afterCall(s)
	default:
		amp, _ := w.handle(x)
		w.wrap(x, "P", s, amp)
		w.afterCall(s)
	}
}

// deferCall turns x.M() into D(id, op, x.M).
func (w *walker) deferCall(call *ast.CallExpr, s *sites.Site) {
	s.After = true
	w.open[call] = append(w.open[call], func() string { return w.call("D", s) + ", " })
	start, end := w.offset(call.Lparen), w.offset(call.Rparen)+1
	tail := ")"
	if lines := strings.Count(string(w.file.Src[start:end]), "\n"); lines > 0 {
		tail = "," + strings.Repeat("\n", lines) + ")"
	}
	w.out.replace(start, end, func() string { return tail })
}

// afterCall adds A when the call is a statement of its own.
func (w *walker) afterCall(s *sites.Site) {
	if stmt, ok := w.parent().(*ast.ExprStmt); ok && w.isListed(stmt) {
		w.after(stmt, s)
	}
}

func (w *walker) isTuple(x ast.Expr) bool {
	_, ok := w.typeOf(x).(*types.Tuple)
	return ok
}
