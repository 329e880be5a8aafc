// SPDX-License-Identifier: BSD-2-Clause

// Package rewrite inserts the hook calls into the source of one package.
//
// One walk over each file visits every node in source order. At each node the rules (one per file of this
// package, see the table) look for the operation they know; a rule that finds one makes a site and asks for
// texts around nodes: wrap (before and after a node) and at (at a position). The texts are queued in the order
// of the walk, which is what keeps nested ones nested when they fall on one position. They hold site numbers,
// which exist only once all packages are known, so a text is a function that is called by Render.
//
// What a rule may do to a file: insert text without a line end, or replace such text. Never may an operand be
// evaluated twice or in another order.
package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"goknot/helper/internal/edit"
	"goknot/helper/internal/load"
	"goknot/helper/internal/sites"
)

// HookPath is the import path of the package that the inserted calls belong to.
const HookPath = "structs"

// A rule looks at one node of the walk.
type rule func(w *walker, n ast.Node)

// The order matters where two rules meet: go and defer statements mark their call before the rules for calls
// see it.
var rules = []rule{goRule, deferRule, sendRule, receiveRule, rangeRule, selectRule, closeRule, syncRule, atomicRule}

type text func() string

type change struct {
	start, end int
	text       text
}

// File is one file with its changes still waiting for site numbers.
type File struct {
	Path    string
	src     []byte
	changes []change

	head          string // stands above everything else
	lineDirective bool

	// Sum is for those who write the file to remember it by.
	Sum string
}

// Result is what the walk over a package found.
type Result struct {
	Files    []*File // the files that carry a hook
	Sites    []*sites.Site
	Unplaced []sites.Unplaced
	Package  sites.Package
}

// Package walks over all files of pkg. Files for which skip reports true are known to be done already.
func Package(pkg *load.Package, skip func(path string) bool) *Result {
	res := &Result{Package: sites.Package{Path: pkg.Target.Path, Reason: pkg.Target.Reason}}
	hook := hookName(pkg.Files)
	var reasons []string
	for _, f := range pkg.Files {
		if skip(f.Path) {
			continue
		}
		res.Package.Files++
		if f.Skip != "" {
			res.Unplaced = append(res.Unplaced, sites.Unplaced{File: f.Path, Line: 1, Col: 1, Op: "file", Reason: f.Skip})
			reasons = append(reasons, filepath.Base(f.Path)+": "+f.Skip)
			continue
		}
		w := newWalker(pkg, f, hook, res)
		known := len(res.Sites)
		w.walk()
		if reason := w.frame(); reason != "" {
			res.withdraw(known, reason)
			continue
		}
		if len(w.out.changes) > 0 {
			w.out.addImport(w.offset(f.AST.Name.End()), hook, w.syncUses > 0)
			res.Files = append(res.Files, w.out)
			res.Package.Instrumented++
		}
	}
	if pkg.TypeError != nil {
		reasons = append(reasons, "type error: "+pkg.TypeError.Error())
	}
	res.Package.Reason = strings.Join(reasons, "; ")
	return res
}

// withdraw makes what was placed after the first n sites unplaced.
func (r *Result) withdraw(n int, reason string) {
	for _, s := range r.Sites[n:] {
		r.Unplaced = append(r.Unplaced, sites.Unplaced{File: s.File, Line: s.Line, Col: s.Col, Op: s.Op.String(), Reason: reason})
	}
	r.Sites = r.Sites[:n]
}

// hookName picks a name for the import that no identifier of the package has, so nothing can shadow it.
func hookName(files []*load.File) string {
	const name = "goknot_hook"
	used := make(map[string]bool)
	for _, f := range files {
		if f.AST == nil || !bytes.Contains(f.Src, []byte(name)) {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				used[id.Name] = true
			}
			return true
		})
	}
	free := name
	for i := 2; used[free] || used[syncName(free)]; i++ {
		free = name + strconv.Itoa(i)
	}
	return free
}

// syncName is what package sync is called in hooks: its own name may be shadowed, or not be imported.
func syncName(hook string) string { return hook + "_sync" }

// addImport puts the imports on the line of the package clause.
func (f *File) addImport(at int, hook string, sync bool) {
	f.insert(at, func() string {
		text := "; import " + hook + " " + strconv.Quote(HookPath)
		if sync {
			text += "; import " + syncName(hook) + ` "sync"`
		}
		return text
	})
}

func (f *File) insert(at int, t text) {
	f.replace(at, at, t)
}

func (f *File) replace(start, end int, t text) {
	f.changes = append(f.changes, change{start, end, t})
}

// Render returns the new content. An error is goknot's own failure. The line directive may stand above build
// constraints: only comments may precede those, and it is one.
func (f *File) Render() ([]byte, error) {
	src := f.src
	buf := edit.NewBuffer(src)
	bom := 0
	if strings.HasPrefix(string(src), "\ufeff") {
		// A byte order mark may only be the very first thing in a file.
		bom = len("\ufeff")
		buf.Replace(0, bom, "")
	}
	for _, c := range f.changes {
		buf.Replace(c.start, c.end, c.text())
	}
	body, err := buf.Bytes()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	out := []byte(f.head)
	if f.lineDirective {
		out = append(out, "//line "+f.Path+":1:1\n"...)
	}
	out = append(out, body...)
	if _, err := parser.ParseFile(token.NewFileSet(), f.Path, out, parser.SkipObjectResolution); err != nil {
		return nil, fmt.Errorf("the rewritten file does not parse: %w", err)
	}
	return out, nil
}

// where a call stands that does not run where it is written.
type spawn int

const (
	inPlace spawn = iota
	byGo
	byDefer
)

type walker struct {
	pkg  *load.Package
	file *load.File
	tf   *token.File
	hook string
	res  *Result
	out  *File

	stack  []ast.Node
	open   map[ast.Node][]text
	close  map[ast.Node][]text
	listed map[ast.Stmt]ast.Stmt // a statement that others may stand beside, and where: itself, or its label
	spawns map[*ast.CallExpr]spawnAt
	done   map[ast.Node]bool // taken care of by the rule of an enclosing node
	funcs  []function
	bare   bare

	syncUses int            // of package sync by hooks
	inFunc   map[string]int // sites by function
}

// crowd is how many sites a function may have whose hooks are inlined. The compiler takes time by the square of the branches
// in a function: 10,000 sends in one (generated code has such) took it a hundred seconds, and half a second without hooks.
const crowd = 256

// outOfLine names, for the hooks that are inlined, those that are not.
var outOfLine = map[string]string{"P": "POut", "B": "BOut", "S": "SOut", "A": "AOut", "E": "EOut", "EV": "EVOut", "AP": "APOut", "AX": "AXOut"}

type spawnAt struct {
	how  spawn
	stmt ast.Stmt
}

// function counts the closures in it, to name them as the compiler does.
type function struct {
	node     ast.Node
	name     string
	closures int
	sites    int // there were before it
}

func newWalker(pkg *load.Package, f *load.File, hook string, res *Result) *walker {
	return &walker{
		pkg: pkg, file: f, tf: pkg.Fset.File(f.AST.FileStart), hook: hook, res: res,
		out:  &File{Path: f.Path, src: f.Src},
		open: make(map[ast.Node][]text), close: make(map[ast.Node][]text),
		listed: make(map[ast.Stmt]ast.Stmt), spawns: make(map[*ast.CallExpr]spawnAt), done: make(map[ast.Node]bool),
		funcs: []function{{name: "init"}}, inFunc: make(map[string]int),
	}
}

func (w *walker) walk() {
	ast.Inspect(w.file.AST, func(n ast.Node) bool {
		if n == nil {
			w.leave()
			return true
		}
		if w.pkg.Idle[n] {
			w.countClosures(n)
			return false
		}
		if fn, ok := n.(*ast.FuncDecl); ok && noHooks(fn) {
			w.bare = bare{fn, len(w.res.Sites), len(w.out.changes), w.syncUses}
		}
		w.enter(n)
		return true
	})
}

// bare is a function that must stay as it is, and how much there was before it.
type bare struct {
	fn                       *ast.FuncDecl
	sites, changes, syncUses int
}

// noHooks: the stack of such a function must not grow, and a hook may need it to.
func noHooks(fn *ast.FuncDecl) bool {
	return fn.Doc != nil && slices.ContainsFunc(fn.Doc.List, func(c *ast.Comment) bool {
		return c.Text == "//go:nosplit"
	})
}

func (w *walker) enter(n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		w.list(n.List)
	case *ast.CaseClause:
		w.list(n.Body)
	case *ast.CommClause:
		w.list(n.Body)
	case *ast.FuncDecl:
		w.funcs = append(w.funcs, function{node: n, name: declName(n), sites: len(w.res.Sites)})
	case *ast.FuncLit:
		w.funcs = append(w.funcs, function{node: n, name: w.closureName()})
	}
	for _, r := range rules {
		r(w, n)
	}
	for _, t := range w.open[n] {
		w.out.insert(w.offset(n.Pos()), t)
	}
	w.stack = append(w.stack, n)
}

func (w *walker) leave() {
	n := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	for _, t := range slices.Backward(w.close[n]) {
		w.out.insert(w.offset(n.End()), t)
	}
	if w.bare.fn == n {
		w.res.withdraw(w.bare.sites, "//go:nosplit")
		w.out.changes, w.syncUses = w.out.changes[:w.bare.changes], w.bare.syncUses
	} else if fn, ok := n.(*ast.FuncDecl); ok {
		w.leaf(fn, w.funcs[len(w.funcs)-1].sites)
	}
	if w.funcs[len(w.funcs)-1].node == n {
		w.funcs = w.funcs[:len(w.funcs)-1]
	}
}

// list marks the statements of a block. A label belongs to its statement: what stands before a statement that
// a break may name stands before the label.
func (w *walker) list(stmts []ast.Stmt) {
	for _, s := range stmts {
		inner := s
		for {
			l, ok := inner.(*ast.LabeledStmt)
			if !ok {
				break
			}
			inner = l.Stmt
		}
		w.listed[inner] = s
	}
}

func declName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		if fn.Type.TypeParams != nil {
			return fn.Name.Name + "[...]"
		}
		return fn.Name.Name
	}
	t := ast.Unparen(fn.Recv.List[0].Type)
	star, pointer := t.(*ast.StarExpr)
	if pointer {
		t = ast.Unparen(star.X)
	}
	var name string
	switch x := t.(type) {
	case *ast.Ident:
		name = x.Name
	case *ast.IndexExpr:
		name = types.ExprString(x.X) + "[...]"
	case *ast.IndexListExpr:
		name = types.ExprString(x.X) + "[...]"
	}
	if pointer {
		name = "(*" + name + ")"
	}
	return name + "." + fn.Name.Name
}

func (w *walker) closureName() string {
	outer := &w.funcs[len(w.funcs)-1]
	outer.closures++
	switch outer.node.(type) {
	case nil:
		return "glob..func" + strconv.Itoa(outer.closures)
	case *ast.FuncLit:
		return outer.name + "." + strconv.Itoa(outer.closures)
	}
	return outer.name + ".func" + strconv.Itoa(outer.closures)
}

// countClosures goes past the closures of a declaration. Those of a function concern nobody else.
func (w *walker) countClosures(n ast.Node) {
	if _, ok := n.(*ast.FuncDecl); ok {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok {
			w.closureName()
			return false
		}
		return true
	})
}

func (w *walker) offset(p token.Pos) int { return w.tf.Offset(p) }

// site makes the site of an operation. pos is where the compiler sees it, so that the runtime's own hook
// finds the same line; prim is the source of the primitive.
func (w *walker) site(pos token.Pos, op sites.Op, prim string) *sites.Site {
	at := w.pkg.Fset.Position(pos)
	s := &sites.Site{
		Pkg: w.pkg.Target.Path, File: w.fileName(at.Filename), Line: at.Line, Col: w.pkg.Fset.PositionFor(pos, false).Column,
		Op: op, Prim: prim, Func: w.funcs[len(w.funcs)-1].name,
		Key: sites.Key{Pkg: w.pkg.Target.Symbol, Base: filepath.Base(at.Filename), Line: at.Line, Op: op.Hashed()},
	}
	w.res.Sites = append(w.res.Sites, s)
	w.inFunc[s.Func]++
	return s
}

// fileName makes the name in a line directive absolute; a relative one counts from the file that has it.
func (w *walker) fileName(name string) string {
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(w.file.Path), name)
	}
	return name
}

func (w *walker) unplaced(pos token.Pos, op, reason string) {
	at := w.pkg.Fset.Position(pos)
	w.res.Unplaced = append(w.res.Unplaced, sites.Unplaced{
		File: w.fileName(at.Filename), Line: at.Line, Col: w.pkg.Fset.PositionFor(pos, false).Column, Op: op, Reason: reason,
	})
}

// head is the start of a hook call: name and site.
func (w *walker) head(fn string, s *sites.Site) string {
	if out := outOfLine[fn]; out != "" && w.inFunc[s.Func] > crowd {
		fn = out
	}
	return w.hook + "." + fn + "(" + strconv.FormatUint(uint64(s.ID), 10)
}

// call is the start of a hook call that names the operation too.
func (w *walker) call(fn string, s *sites.Site) string {
	return w.head(fn, s) + ", " + strconv.Itoa(int(s.Op.Hook()))
}

// wrap makes n the last argument of a hook call; amp, "&" or "", goes in front of it.
func (w *walker) wrap(n ast.Node, fn string, s *sites.Site, amp string) {
	w.open[n] = append(w.open[n], func() string { return w.call(fn, s) + ", " + amp })
	w.close[n] = append(w.close[n], func() string { return ")" })
}

// before puts the statement hook B in front of a listed statement, its labels included.
func (w *walker) before(stmt ast.Stmt, s *sites.Site) {
	w.open[stmt] = append(w.open[stmt], func() string { return w.call("B", s) + "); " })
}

// after puts the statement hook A behind a listed statement.
func (w *walker) after(stmt ast.Stmt, s *sites.Site) { w.behind(stmt, "A", s) }

// end is the same for an operation that is sure to take its name.
func (w *walker) end(stmt ast.Stmt, s *sites.Site) { w.behind(stmt, "E", s) }

func (w *walker) behind(stmt ast.Stmt, fn string, s *sites.Site) {
	s.After = true
	w.close[stmt] = append(w.close[stmt], func() string { return "; " + w.call(fn, s) + ")" })
}

// first puts the statement hook A at the start of a body, pos being behind its brace or colon.
func (w *walker) first(pos token.Pos, s *sites.Site) {
	s.After = true
	w.out.insert(w.offset(pos), func() string { return " " + w.call("A", s) + ");" })
}

// isListed tells whether other statements may stand right before and after s.
func (w *walker) isListed(s ast.Stmt) bool { return w.listed[s] != nil }

// parent is the node around the one the rules look at, parentheses left out.
func (w *walker) parent() ast.Node {
	for _, n := range slices.Backward(w.stack) {
		if _, ok := n.(*ast.ParenExpr); !ok {
			return n
		}
	}
	return nil
}

// source is the text of a node on one line, at most 80 bytes of it.
func (w *walker) source(n ast.Node) string {
	text := strings.Join(strings.Fields(string(w.file.Src[w.offset(n.Pos()):w.offset(n.End())])), " ")
	if len(text) > 80 {
		text = strings.ToValidUTF8(text[:77], "") + "..."
	}
	return text
}

// primitive is the source of an operand, the & of an address left out.
func (w *walker) primitive(x ast.Expr) string {
	if u, ok := ast.Unparen(x).(*ast.UnaryExpr); ok && u.Op == token.AND {
		x = u.X
	}
	return w.source(x)
}

// typeOf is the type of x, nil when the checker could not find it.
func (w *walker) typeOf(x ast.Expr) types.Type {
	t := w.pkg.Info.TypeOf(x)
	if t == nil || t == types.Typ[types.Invalid] {
		return nil
	}
	return t
}

// Number gives all sites their hashes, in the order of results; it must run before Render.
func Number(results []*Result) (notes []string) {
	var all []*sites.Site
	for _, r := range results {
		all = append(all, r.Sites...)
	}
	return sites.Number(all)
}
