// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
)

// An operation is one place in the source where something happens to a concurrency primitive.
type operation struct {
	file      string
	line, col int
	kind      string // as the site table calls it
}

// found is an operation with what else may stand for it among what carries no hook.
type found struct {
	operation
	path string // of the file, whatever its line directives say
	fn   operation
}

// counter collects the operations of one file.
type counter struct {
	fset *token.FileSet
	info *types.Info
	path string
	fn   operation
	add  func(found)
	comm map[ast.Node]bool // sends and receives that are the cases of a select
}

func (c *counter) file(f *ast.File) {
	c.comm = make(map[ast.Node]bool)
	for _, d := range f.Decls {
		c.fn = operation{}
		if fn, ok := d.(*ast.FuncDecl); ok {
			c.fn = c.at(fn.Pos(), "func")
		}
		ast.Inspect(d, c.node)
	}
}

// at names a position as compilers do: file and line follow line directives; the column is the real one.
func (c *counter) at(pos token.Pos, kind string) operation {
	p := c.fset.Position(pos)
	if !filepath.IsAbs(p.Filename) {
		p.Filename = filepath.Join(filepath.Dir(c.path), p.Filename)
	}
	return operation{p.Filename, p.Line, c.fset.PositionFor(pos, false).Column, kind}
}

func (c *counter) see(pos token.Pos, kind string) {
	c.add(found{c.at(pos, kind), c.path, c.fn})
}

func (c *counter) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SendStmt:
		if c.comm[n] {
			c.see(n.Arrow, "selsend")
		} else {
			c.see(n.Arrow, "send")
		}
	case *ast.UnaryExpr:
		if n.Op == token.ARROW && c.comm[n] {
			c.see(n.OpPos, "selrecv")
		} else if n.Op == token.ARROW {
			c.see(n.OpPos, "recv")
		}
	case *ast.RangeStmt:
		if isChan(c.info.TypeOf(n.X)) {
			c.see(n.For, "range")
		}
	case *ast.GoStmt:
		c.see(n.Go, "go")
	case *ast.SelectStmt:
		c.see(n.Select, "select")
	case *ast.CommClause:
		c.clause(n)
	case *ast.Ident:
		if kind := kindOf(c.info.Uses[n]); kind != "" {
			c.see(n.Pos(), kind)
		}
	}
	return true
}

func (c *counter) clause(n *ast.CommClause) {
	var x ast.Expr
	switch s := n.Comm.(type) {
	case nil:
		c.see(n.Case, "seldefault")
	case *ast.SendStmt:
		c.comm[s] = true
	case *ast.ExprStmt:
		x = s.X
	case *ast.AssignStmt:
		x = s.Rhs[0]
	}
	if x != nil {
		c.comm[ast.Unparen(x)] = true
	}
}

// isChan: of a type parameter, every type in its set is a channel.
func isChan(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := types.Unalias(t).(*types.TypeParam); ok {
		return allChans(p.Constraint())
	}
	_, ok := t.Underlying().(*types.Chan)
	return ok
}

func allChans(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return true
	case *types.Interface:
		for i := 0; i < u.NumEmbeddeds(); i++ {
			if allChans(u.EmbeddedType(i)) {
				return true
			}
		}
	case *types.Union:
		for i := 0; i < u.Len(); i++ {
			if !allChans(u.Term(i).Type()) {
				return false
			}
		}
		return u.Len() > 0
	}
	return false
}

var ofSync = map[string]string{
	"Lock": "lock", "Unlock": "unlock", "TryLock": "trylock", "RLock": "rlock", "RUnlock": "runlock", "TryRLock": "tryrlock",
	"WaitGroup.Add": "wgadd", "WaitGroup.Done": "wgdone", "WaitGroup.Wait": "wgwait", "WaitGroup.Go": "wggo",
	"Cond.Wait": "condwait", "Cond.Signal": "signal", "Cond.Broadcast": "broadcast", "Once.Do": "once",
}

// kindOf says which operation an identifier names. However it is reached (embedding, alias, interface, value of a
// method), the object is the one that the package of the primitive declares.
func kindOf(obj types.Object) string {
	if b, ok := obj.(*types.Builtin); ok && b.Name() == "close" {
		return "close"
	}
	fn, ok := obj.(*types.Func)
	if !ok || fn.Pkg() == nil {
		return ""
	}
	switch fn.Pkg().Path() {
	case "sync":
		return ofSync[methodName(fn)]
	case "sync/atomic":
		return ofAtomic(fn.Name())
	}
	return ""
}

// methodName is the key of ofSync: locks of all kinds are one, Map and Pool are none of them.
func methodName(fn *types.Func) string {
	recv := fn.Type().(*types.Signature).Recv()
	if recv == nil {
		return ""
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	name := "Locker"
	if named, ok := t.(*types.Named); ok {
		name = named.Obj().Name()
	}
	if name == "Mutex" || name == "RWMutex" || name == "Locker" {
		return fn.Name()
	}
	return name + "." + fn.Name()
}

func ofAtomic(name string) string {
	switch {
	case strings.HasPrefix(name, "Load"):
		return "atomic_load"
	case strings.HasPrefix(name, "Store"):
		return "atomic_store"
	}
	return "atomic_rmw"
}
