// SPDX-License-Identifier: BSD-2-Clause

package load

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Finding types is most of the work, and most code has no operation in it. So only what may hold one is type-checked,
// and what that needs: whatever has a name that stands in it (as the name of anything), whatever has a name that stands
// in these, and so on; of functions without operations only the signatures, and of imports those whose names stand there.
// No name means anything else than before. An error tells that something was needed after all.

// canReduce: of code that does not compile, or that cgo completes, every error counts.
func canReduce(unit []*Package) bool {
	for _, p := range unit {
		if p.Target.Export == "" && len(p.Files) > 0 || len(p.Target.CgoFiles) > 0 {
			return false
		}
		if slices.ContainsFunc(p.Files, func(f *File) bool { return f.Skip != "" }) {
			return false
		}
	}
	return true
}

// decl is what can be kept or left out: a function, a spec of a type or of variables, a whole group of constants.
type decl struct {
	node ast.Node
	in   *reduction
	idle bool
	kept bool
}

// reduction is the state of one file.
type reduction struct {
	file    *File
	imports map[string]*ast.ImportSpec // by name
	used    map[*ast.ImportSpec]bool
	decls   map[ast.Node]*decl
}

type reducer struct {
	byName map[string][]*decl // declarations, and methods by the name of their type
	seen   map[string]bool
	todo   []*decl
}

func (l *Loader) reduce(unit []*Package) {
	r := reducer{byName: make(map[string][]*decl), seen: make(map[string]bool)}
	var files []*reduction
	for _, p := range unit {
		p.Idle = make(map[ast.Node]bool)
		for _, f := range p.Files {
			in := &reduction{file: f, imports: make(map[string]*ast.ImportSpec), used: make(map[*ast.ImportSpec]bool), decls: make(map[ast.Node]*decl)}
			for _, spec := range f.AST.Imports {
				l.addImport(in, p, spec)
			}
			for _, d := range f.AST.Decls {
				r.add(in, p, d)
			}
			files = append(files, in)
		}
	}
	for len(r.todo) > 0 {
		d := r.todo[len(r.todo)-1]
		r.todo = r.todo[:len(r.todo)-1]
		r.scan(d)
	}
	for _, in := range files {
		in.build()
	}
}

// addImport finds the name that a file knows an import by.
func (l *Loader) addImport(in *reduction, p *Package, spec *ast.ImportSpec) {
	entry := importPath(spec)
	if to, ok := p.Target.ImportMap[entry]; ok {
		entry = to
	}
	name := ""
	if spec.Name != nil {
		name = spec.Name.Name
	} else if imported := l.list.ByPath[entry]; imported != nil {
		name = imported.Name
	}
	switch name {
	case "_":
	case ".", "":
		in.used[spec] = true
	default:
		in.imports[name] = spec
	}
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return path.Clean(spec.Path.Value)
	}
	return p
}

// add sorts a declaration in. What may hold an operation is what has to be checked.
func (r *reducer) add(in *reduction, p *Package, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		switch {
		case d.Recv != nil:
			r.one(in, p, d, receiverName(d))
		case d.Name.Name == "init":
			r.one(in, p, d)
		default:
			r.one(in, p, d, d.Name.Name)
		}
	case *ast.GenDecl:
		if d.Tok == token.CONST {
			r.group(in, p, d)
			return
		}
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				r.one(in, p, s, s.Name.Name)
			case *ast.ValueSpec:
				r.one(in, p, s, names(s)...)
			}
		}
	}
}

func names(s *ast.ValueSpec) []string {
	var list []string
	for _, n := range s.Names {
		list = append(list, n.Name)
	}
	return list
}

// group: the values of constants depend on the ones before them.
func (r *reducer) group(in *reduction, p *Package, d *ast.GenDecl) {
	var all []string
	for _, spec := range d.Specs {
		if s, ok := spec.(*ast.ValueSpec); ok {
			all = append(all, names(s)...)
		}
	}
	if g := r.one(in, p, d, all...); g.idle {
		delete(p.Idle, d)
		for _, spec := range d.Specs {
			p.Idle[spec] = true
		}
	}
}

func (r *reducer) one(in *reduction, p *Package, n ast.Node, names ...string) *decl {
	d := &decl{node: n, in: in, idle: !mayHoldOperation(n)}
	in.decls[n] = d
	for _, name := range names {
		if name != "_" {
			r.byName[name] = append(r.byName[name], d)
		}
	}
	if d.idle {
		p.Idle[n] = true
	} else {
		r.keep(d)
	}
	return d
}

func (r *reducer) keep(d *decl) {
	if !d.kept {
		d.kept = true
		r.todo = append(r.todo, d)
	}
}

// scan keeps whatever is named in what is checked of d.
func (r *reducer) scan(d *decl) {
	fn, ok := d.node.(*ast.FuncDecl)
	if !ok || !d.idle {
		r.names(d.in, d.node)
		return
	}
	if fn.Recv != nil {
		r.names(d.in, fn.Recv)
	}
	r.names(d.in, fn.Type)
}

func (r *reducer) names(in *reduction, n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CommentGroup:
			return false
		case *ast.Ident:
			if spec := in.imports[n.Name]; spec != nil {
				in.used[spec] = true
			}
			if !r.seen[n.Name] {
				r.seen[n.Name] = true
				for _, d := range r.byName[n.Name] {
					r.keep(d)
				}
			}
		}
		return true
	})
}

// receiverName is the name of the type that a method belongs to.
func receiverName(fn *ast.FuncDecl) string {
	if len(fn.Recv.List) == 0 {
		return ""
	}
	t := fn.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.ParenExpr:
			t = x.X
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// build makes the file that is checked. The nodes below the declarations stay the same ones, so that their types are
// found.
func (in *reduction) build() {
	reduced := *in.file.AST
	reduced.Decls, reduced.Imports = nil, nil
	for _, d := range in.file.AST.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if info := in.decls[d]; info != nil && info.kept {
				reduced.Decls = append(reduced.Decls, info.function(d))
			}
		case *ast.GenDecl:
			if g := in.general(d); g != nil {
				reduced.Decls = append(reduced.Decls, g)
			}
		}
	}
	for _, spec := range in.file.AST.Imports {
		if in.used[spec] {
			reduced.Imports = append(reduced.Imports, spec)
		}
	}
	in.file.reduced = &reduced
}

// function leaves out the body of an idle function. One that must have a body gets one that may end in any way.
func (d *decl) function(fn *ast.FuncDecl) *ast.FuncDecl {
	if !d.idle {
		return fn
	}
	c := *fn
	c.Body = nil
	if fn.Recv == nil && (fn.Name.Name == "main" || fn.Type.TypeParams != nil) {
		c.Body = &ast.BlockStmt{Lbrace: fn.End(), Rbrace: fn.End(), List: []ast.Stmt{
			&ast.ForStmt{For: fn.End(), Body: &ast.BlockStmt{Lbrace: fn.End(), Rbrace: fn.End()}},
		}}
	}
	return &c
}

func (in *reduction) general(g *ast.GenDecl) *ast.GenDecl {
	if d := in.decls[g]; d != nil {
		if d.kept {
			return g
		}
		return nil
	}
	c := *g
	c.Specs = nil
	for _, spec := range g.Specs {
		i, isImport := spec.(*ast.ImportSpec)
		if d := in.decls[spec]; isImport && in.used[i] || d != nil && d.kept {
			c.Specs = append(c.Specs, spec)
		}
	}
	if len(c.Specs) == 0 {
		return nil
	}
	return &c
}

// The methods and functions that an operation may be; of the latter and of methods of sync/atomic the beginnings.
var (
	methods  = []string{"Lock", "Unlock", "TryLock", "RLock", "RUnlock", "TryRLock", "Add", "Done", "Wait", "Go", "Signal", "Broadcast", "Do"}
	prefixes = []string{"Load", "Store", "Add", "Swap", "CompareAndSwap", "And", "Or"}
)

// mayHoldOperation looks at words only, so that it says yes too often and never no where a rule of package rewrite
// would find something.
func mayHoldOperation(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CommentGroup:
			return false
		case *ast.SendStmt, *ast.GoStmt, *ast.SelectStmt:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.RangeStmt:
			// There is no second variable over a channel.
			found = found || n.Value == nil
		case *ast.Ident:
			found = found || n.Name == "close" || mayBeMethod(n.Name)
		}
		return !found
	})
	return found
}

func mayBeMethod(name string) bool {
	if slices.Contains(methods, name) {
		return true
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(name, p); ok && (rest == "" || 'A' <= rest[0] && rest[0] <= 'Z') {
			return true
		}
	}
	return false
}
