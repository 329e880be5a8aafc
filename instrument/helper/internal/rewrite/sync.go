// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/token"
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

// syncRule: P(id, OP, &mu).Unlock(); E(id, OP). Behind a lock of a mutex nothing is to be told. A deferred method without arguments becomes
// defer DM(id, OP, (*sync.Mutex).Unlock, &mu) or defer D(id, OP, mu.Unlock), evaluated when it is deferred as before;
// one with arguments gets a hook deferred after it, which runs right before it. What is not called here is for values.go.
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
	case at.how == byDefer && w.noResult(call) && w.deferMethod(call, sel, s):
	case at.how != inPlace && w.noResult(call):
		w.deferCall(call, s)
	case at.how == byDefer:
		w.deferBefore(at.stmt, func() string { return w.call("B", s) + ")" })
	case expr:
		w.wrap(x, "P", s, "")
		w.afterCall(call, s)
	default:
		amp, _ := w.handle(x)
		w.wrap(x, "P", s, amp)
		w.afterCall(call, s)
	}
}

// deferCall turns x.M() into D(id, op, x.M).
func (w *walker) deferCall(call *ast.CallExpr, s *sites.Site) {
	s.After = true
	w.open[call] = append(w.open[call], func() string { return w.call("D", s) + ", " })
	w.closeCall(call, call.Lparen, "")
}

// deferMethod turns x.M() into DM(id, op, (*sync.T).M, &x), which makes no method value. It reports false where x has no
// address that can be written here, or has the method of an interface.
func (w *walker) deferMethod(call *ast.CallExpr, sel *ast.SelectorExpr, s *sites.Site) bool {
	obj, _ := w.callee(call)
	name, method, _ := strings.Cut(methodOf(obj, "sync"), ".")
	addr, ok := w.receiver(sel)
	embedded := w.pkg.Info.Selections[sel].Index()
	if !ok || name == "Locker" || call.Fun != sel || strings.Count(addr.path, ".") != len(embedded)-1 {
		return false
	}
	s.After = true
	w.syncUses++
	w.open[call] = append(w.open[call], func() string {
		return w.call("DM", s) + ", (*" + syncName(w.hook) + "." + name + ")." + method + ", " + addr.amp
	})
	w.closeCall(call, sel.X.End(), addr.path)
	return true
}

// closeCall replaces what stands from start on, which is no operand of the call, and keeps its lines.
func (w *walker) closeCall(call *ast.CallExpr, from token.Pos, tail string) {
	start, end := w.offset(from), w.offset(call.Rparen)+1
	if lines := strings.Count(string(w.file.Src[start:end]), "\n"); lines > 0 {
		tail += "," + strings.Repeat("\n", lines)
	}
	w.out.replace(start, end, func() string { return tail + ")" })
}

// afterCall adds the hook behind a call where the call is a statement of its own. Whose Lock a Locker has, and
// whether it comes to one that takes the name, is not known; what Once and WaitGroup.Go run has operations of its own.
func (w *walker) afterCall(call *ast.CallExpr, s *sites.Site) {
	stmt, ok := w.parent().(*ast.ExprStmt)
	if !ok || !w.isListed(stmt) {
		return
	}
	method, _ := w.callee(call)
	switch name, _, _ := strings.Cut(methodOf(method, "sync"), "."); {
	case name == "Locker" || s.Op == sites.Once || s.Op == sites.WGGo:
		w.after(stmt, s)
	case s.Op != sites.Lock && s.Op != sites.RLock:
		w.end(stmt, s)
	}
}

func (w *walker) isTuple(x ast.Expr) bool {
	_, ok := w.typeOf(x).(*types.Tuple)
	return ok
}
