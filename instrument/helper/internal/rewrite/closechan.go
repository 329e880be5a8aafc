// SPDX-License-Identifier: BSD-2-Clause

package rewrite

import (
	"go/ast"
	"go/types"
	"strings"

	"goknot/helper/internal/sites"
)

// closeRule: close(P(id, CLOSE, ch)); E(id, CLOSE). A deferred close becomes defer DClose(id, ch): a built-in
// function is no value that a hook could call.
func closeRule(w *walker, n ast.Node) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return
	}
	fn, _ := w.callee(call)
	if b, ok := fn.(*types.Builtin); !ok || b.Name() != "close" {
		return
	}
	s := w.site(call.Fun.Pos(), sites.Close, w.source(call.Args[0]))
	if w.spawns[call].how != inPlace {
		s.After = true
		start, end := w.offset(call.Fun.Pos()), w.offset(call.Lparen+1)
		// close may stand in parentheses on lines of its own.
		lines := strings.Repeat("\n", strings.Count(string(w.file.Src[start:end]), "\n"))
		w.out.replace(start, end, func() string { return w.head("DClose", s) + ", " + lines })
		return
	}
	w.wrap(call.Args[0], "P", s, "")
	if stmt, ok := w.parent().(*ast.ExprStmt); ok && w.isListed(stmt) {
		w.end(stmt, s)
	}
}
