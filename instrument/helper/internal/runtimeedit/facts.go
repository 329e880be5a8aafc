// SPDX-License-Identifier: BSD-2-Clause

package runtimeedit

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// What runtime-shim/sync/knot.go takes for granted about a sync.Mutex: its first word is 0 when it is free and 1 when
// somebody has it and nobody waits. Since Go 1.24 a sync.Mutex is one of internal/sync, whose word cannot be named.

// checkMutex fails, naming what is not so, for a release whose Mutex is another one.
func checkMutex(goroot string) error {
	const outer, inner = "sync/mutex.go", "internal/sync/mutex.go"
	s, err := openSource(goroot, outer)
	if err != nil {
		return err
	}
	if s.firstField("Mutex") == "mu isync.Mutex" {
		for name, text := range map[string]string{"(*Mutex).Lock": "{ m.mu.Lock() }", "(*Mutex).Unlock": "{ m.mu.Unlock() }"} {
			if err := s.checkBody(name, text); err != nil {
				return err
			}
		}
		if s, err = openSource(goroot, inner); err != nil {
			return err
		}
	}
	if s.firstField("Mutex") != "state int32" {
		return fmt.Errorf("goknot needs the first field of type Mutex in %s to be state int32, which it is not in this Go release", s.rel)
	}
	if s.firstConst("mutexLocked") != "1 << iota" {
		return fmt.Errorf("goknot needs the constant mutexLocked in %s to be 1, which it is not in this Go release", s.rel)
	}
	if err := s.checkBody("(*Mutex).Lock", "{ if atomic.CompareAndSwapInt32(&m.state, 0, mutexLocked) {"); err != nil {
		return err
	}
	return s.checkBody("(*Mutex).Unlock", "new := atomic.AddInt32(&m.state, -mutexLocked) if new != 0 {")
}

// checkBody fails when the function does not do what the shim does in its place.
func (s *source) checkBody(name, text string) error {
	f := s.fn(name)
	if f == nil {
		return fmt.Errorf("goknot needs function %s in %s, which this Go release does not have", name, s.rel)
	}
	if err := does(text)(s, f); err != nil {
		return fmt.Errorf("goknot cannot stand in for function %s in %s of this Go release: %v", name, s.rel, err)
	}
	return nil
}

// does fails when one of texts is not in the function, comments left out and white space made one.
func does(texts ...string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		body := s.plain(f.Body)
		for _, text := range texts {
			if !strings.Contains(body, text) {
				return fmt.Errorf("it has no %q", text)
			}
		}
		return nil
	}
}

// plain is the text of n without comments and line ends.
func (s *source) plain(n ast.Node) string {
	text := []byte(string(s.text[s.offset(n.Pos()):s.offset(n.End())]))
	for _, group := range s.tree.Comments {
		for _, c := range group.List {
			if c.Pos() >= n.Pos() && c.End() <= n.End() {
				for i := s.offset(c.Pos()); i < s.offset(c.End()); i++ {
					text[i-s.offset(n.Pos())] = ' '
				}
			}
		}
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// firstField is the first field of a struct that is not blank, name and type; "" when there is none.
func (s *source) firstField(name string) string {
	for _, sp := range s.specs(token.TYPE) {
		ts, ok := sp.(*ast.TypeSpec)
		if !ok || ts.Name.Name != name {
			continue
		}
		if st, ok := ts.Type.(*ast.StructType); ok {
			for _, f := range st.Fields.List {
				if len(f.Names) == 0 || f.Names[0].Name != "_" {
					return s.plain(f)
				}
			}
		}
	}
	return ""
}

// firstConst is the value of a constant that is the first of its group.
func (s *source) firstConst(name string) string {
	for _, d := range s.tree.Decls {
		gd, ok := d.(*ast.GenDecl)
		if !ok || gd.Tok != token.CONST {
			continue
		}
		if vs, ok := gd.Specs[0].(*ast.ValueSpec); ok && vs.Names[0].Name == name && len(vs.Values) == 1 {
			return s.plain(vs.Values[0])
		}
	}
	return ""
}

func (s *source) specs(kind token.Token) (all []ast.Spec) {
	for _, d := range s.tree.Decls {
		if gd, ok := d.(*ast.GenDecl); ok && gd.Tok == kind {
			all = append(all, gd.Specs...)
		}
	}
	return all
}
