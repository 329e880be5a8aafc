// SPDX-License-Identifier: BSD-2-Clause

package export

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// Insert is a text to put into a line of a file. Its line is known by its text, so that it is found in a file that has
// changed, too.
type Insert struct {
	Line, Col int // Col counts bytes from 1
	Old       string
	Text      string
}

// rank orders what is inserted at one position: what ends there, then statements, then the beginnings of expressions, the
// outer ones first.
func (i Insert) rank() int {
	switch {
	case strings.HasPrefix(i.Text, ")"):
		return 0
	case strings.HasPrefix(i.Text, ";"):
		return 1
	case strings.HasSuffix(i.Text, "; "):
		return 2
	case strings.Contains(i.Text, "&&") || strings.Contains(i.Text, "||"):
		return 3
	}
	return 4
}

// source is one file of the module.
type source struct {
	text  []byte
	fset  *token.FileSet
	file  *ast.File
	lines [][]byte
}

func parseSource(path string, text []byte) (*source, error) {
	s := &source{text: text, fset: token.NewFileSet(), lines: splitLines(text)}
	var err error
	s.file, err = parser.ParseFile(s.fset, path, text, parser.SkipObjectResolution)
	return s, err
}

func splitLines(text []byte) (lines [][]byte) {
	start := 0
	for i, c := range text {
		if c == '\n' {
			lines = append(lines, text[start:i])
			start = i + 1
		}
	}
	return append(lines, text[start:])
}

func (s *source) insert(pos token.Pos, text string) Insert {
	at := s.fset.PositionFor(pos, false)
	return Insert{Line: at.Line, Col: at.Column, Old: string(s.lines[at.Line-1]), Text: text}
}

// path is the nodes around the byte at a position, the outermost first.
func (s *source) path(line, col int) (path []ast.Node) {
	tf := s.fset.File(s.file.FileStart)
	if line < 1 || line > tf.LineCount() {
		return nil
	}
	pos := tf.LineStart(line) + token.Pos(col-1)
	ast.Inspect(s.file, func(n ast.Node) bool {
		if n == nil || pos < n.Pos() || pos >= n.End() {
			return false
		}
		path = append(path, n)
		return true
	})
	return path
}

// place says what to insert so that At is called, with the number n, right before the operation at a position: once for
// each time that it is executed, and by the same goroutine.
func (s *source) place(n, line, col int, pkg string) ([]Insert, error) {
	path := s.path(line, col)
	if len(path) == 0 {
		return nil, fmt.Errorf("there is no such position")
	}
	call := func(fn string) string { return pkg + "." + fn + "(" + strconv.Itoa(n) + ")" }
	if x := lastCalling(path); x != nil {
		// What the operand calls comes before the operation, and must not wait for it.
		list := []Insert{s.insert(x.Pos(), pkg+".Val("+strconv.Itoa(n)+", "), s.insert(x.End(), ")")}
		if r, ok := path[len(path)-1].(*ast.RangeStmt); ok {
			rest, err := s.placeRounds(r, path, call("At"))
			return append(list, rest...), err
		}
		return list, nil
	}
	if r, ok := path[len(path)-1].(*ast.RangeStmt); ok {
		first := s.insert(labelled(path, len(path)-1).Pos(), call("At")+"; ")
		rest, err := s.placeRounds(r, path, call("At"))
		return append([]Insert{first}, rest...), err
	}
	child := path[len(path)-1]
	for i := len(path) - 2; i >= 0; i-- {
		switch p := path[i].(type) {
		case *ast.BinaryExpr:
			switch {
			case p.Op == token.LAND && child == p.Y:
				return []Insert{s.insert(child.Pos(), call("Yes")+" && ")}, nil
			case p.Op == token.LOR && child == p.Y:
				return []Insert{s.insert(child.Pos(), call("No")+" || ")}, nil
			}
		case *ast.IfStmt:
			if child == p.Cond {
				return s.condition(p.Cond, call("Yes")), nil
			}
			if child == p.Else {
				return nil, fmt.Errorf("it stands in front of the condition of an else if")
			}
		case *ast.ForStmt:
			if child == p.Cond {
				return s.condition(p.Cond, call("Yes")), nil
			}
			if child == p.Post {
				return nil, fmt.Errorf("it stands in the head of a loop, behind each round")
			}
		case *ast.DeferStmt:
			if isCallee(p.Call, path[len(path)-1]) {
				// What is deferred last runs first.
				return []Insert{s.insert(p.End(), "; defer "+call("At"))}, nil
			}
		case *ast.GoStmt:
			if isCallee(p.Call, path[len(path)-1]) {
				return nil, fmt.Errorf("a go statement runs it in a goroutine of its own")
			}
		case *ast.BlockStmt:
			if _, ok := child.(ast.Stmt); ok {
				return []Insert{s.insert(child.Pos(), call("At")+"; ")}, nil
			}
		case *ast.CaseClause:
			if _, ok := child.(ast.Stmt); !ok {
				return nil, fmt.Errorf("it stands in the head of a case")
			}
			return []Insert{s.insert(child.Pos(), call("At")+"; ")}, nil
		case *ast.CommClause:
			if child != p.Comm {
				return []Insert{s.insert(child.Pos(), call("At")+"; ")}, nil
			}
			// Before the select that it is a case of.
			child = path[i-2]
			i -= 2
			continue
		}
		child = path[i]
	}
	return nil, fmt.Errorf("no statement can stand beside it")
}

// placeSpawn puts Go before a statement that creates a goroutine, and At behind it: for goknot a go statement is a step that
// is made when the goroutine is there, and may run already.
func (s *source) placeSpawn(n, line, col int, pkg string) ([]Insert, error) {
	path := s.path(line, col)
	for i := len(path) - 1; i > 0; i-- {
		stmt, ok := path[i].(ast.Stmt)
		if !ok {
			continue
		}
		switch p := path[i-1].(type) {
		case *ast.BlockStmt, *ast.CaseClause:
		case *ast.CommClause:
			if p.Comm == stmt {
				ok = false
			}
		default:
			ok = false
		}
		if !ok {
			break
		}
		number := "(" + strconv.Itoa(n) + ")"
		return []Insert{s.insert(stmt.Pos(), pkg+".Go"+number+"; "), s.insert(stmt.End(), "; "+pkg+".At"+number)}, nil
	}
	return nil, fmt.Errorf("no statement can stand beside it")
}

// isCallee tells whether n is what names the function of a call.
func isCallee(call *ast.CallExpr, n ast.Node) bool {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f == n
	case *ast.SelectorExpr:
		return f.Sel == n
	}
	return false
}

func (s *source) condition(cond ast.Expr, call string) []Insert {
	return []Insert{s.insert(cond.Pos(), call+" && ("), s.insert(cond.End(), ")")}
}

// labelled is the statement at index i of a path with the labels in front of it.
func labelled(path []ast.Node, i int) ast.Node {
	for i > 0 {
		if _, ok := path[i-1].(*ast.LabeledStmt); !ok {
			break
		}
		i--
	}
	return path[i]
}

// placeRounds: a loop over a channel receives before each round; this is for all but the first.
func (s *source) placeRounds(r *ast.RangeStmt, path []ast.Node, call string) (list []Insert, err error) {
	label := ""
	if l, ok := labelled(path, len(path)-1).(*ast.LabeledStmt); ok {
		label = l.Label.Name
	}
	continues(r.Body, label, func(c *ast.BranchStmt, listed bool) {
		if !listed {
			err = fmt.Errorf("its loop has a continue that no statement can stand beside")
			return
		}
		list = append(list, s.insert(c.Pos(), call+"; "))
	})
	return append(list, s.insert(r.Body.Rbrace, "; "+call+" ")), err
}

// lastCalling is the last operand of the operation at the end of a path that runs something itself; nil: there is none,
// or it is evaluated before the operation's own statement.
func lastCalling(path []ast.Node) (last ast.Expr) {
	for i := len(path) - 1; i > 0; i-- {
		if c, ok := path[i-1].(*ast.CommClause); ok && path[i] == c.Comm {
			return nil
		}
		if _, ok := path[i].(*ast.FuncLit); ok {
			break
		}
	}
	for _, x := range operands(path) {
		if calls(x) {
			last = x
		}
	}
	return last
}

func operands(path []ast.Node) []ast.Expr {
	switch n := path[len(path)-1].(type) {
	case *ast.SendStmt:
		return []ast.Expr{n.Chan, n.Value}
	case *ast.UnaryExpr:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		return []ast.Expr{n.X}
	case *ast.Ident:
		for i := len(path) - 2; i > 0; i-- {
			c, ok := path[i].(*ast.CallExpr)
			if !ok || !isCallee(c, n) {
				continue
			}
			switch path[i-1].(type) {
			case *ast.DeferStmt, *ast.GoStmt:
				return nil
			}
			if sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok {
				return append([]ast.Expr{sel.X}, c.Args...)
			}
			return c.Args
		}
	}
	return nil
}

// calls tells whether evaluating x calls or receives; the bodies of literals do not run.
func calls(x ast.Expr) (found bool) {
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// continues finds what starts the next round of the loop with this body and label.
func continues(body *ast.BlockStmt, label string, found func(c *ast.BranchStmt, listed bool)) {
	var parent []ast.Node
	var loops int
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil {
			switch parent[len(parent)-1].(type) {
			case *ast.ForStmt, *ast.RangeStmt:
				loops--
			}
			parent = parent[:len(parent)-1]
			return true
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt, *ast.RangeStmt:
			loops++
		case *ast.BranchStmt:
			if n.Tok == token.CONTINUE && (n.Label == nil && loops == 0 || n.Label != nil && n.Label.Name == label) {
				switch parent[len(parent)-1].(type) {
				case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
					found(n, true)
				default:
					found(n, false)
				}
			}
		}
		parent = append(parent, n)
		return true
	})
}

// placeStart says what to insert so that a test begins with Start.
func (s *source) placeStart(test, pkg string) ([]Insert, error) {
	for _, d := range s.file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Name.Name != test || fn.Body == nil {
			continue
		}
		params := fn.Type.Params.List
		if len(params) != 1 || len(params[0].Names) != 1 || params[0].Names[0].Name == "_" {
			return nil, fmt.Errorf("%s has no name for its *testing.T", test)
		}
		return []Insert{s.insert(fn.Body.Lbrace+1, " "+pkg+".Start("+params[0].Names[0].Name+");")}, nil
	}
	return nil, nil
}

// placeImport imports the package on the line of the package clause.
func (s *source) placeImport(pkg, path string) Insert {
	return s.insert(s.file.Name.End(), "; import "+pkg+" "+strconv.Quote(path))
}
