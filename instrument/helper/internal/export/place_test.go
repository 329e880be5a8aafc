// SPDX-License-Identifier: BSD-2-Clause

package export

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"
)

// applied is the text with the inserts in it.
func applied(text []byte, list []Insert) string {
	slices.SortStableFunc(list, func(a, b Insert) int { return cmp.Or(a.Line-b.Line, a.Col-b.Col, a.rank()-b.rank()) })
	lines := splitLines(text)
	for _, i := range slices.Backward(list) {
		l := lines[i.Line-1]
		lines[i.Line-1] = slices.Concat(l[:i.Col-1], []byte(i.Text), l[i.Col-1:])
	}
	return string(bytes.Join(lines, []byte("\n")))
}

// In these bodies § stands before the operation.
func TestPlace(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"statement", "mu.§Lock()", "o.At(7); mu.Lock()"},
		{"send", "ch §<- 1", "o.At(7); ch <- 1"},
		{"send of a call", "ch §<- f(x)", "ch <- o.Val(7, f(x))"},
		{"send of a literal that calls", "ch §<- func() { f() }", "o.At(7); ch <- func() { f() }"},
		{"receive", "v := §<-ch", "o.At(7); v := <-ch"},
		{"receive from a call", "v := §<-ctx.Done()", "v := <-o.Val(7, ctx.Done())"},
		{"method of a call", "f().§Lock()", "o.Val(7, f()).Lock()"},
		{"argument that calls", "x.§Store(f(1), 2)", "x.Store(o.Val(7, f(1)), 2)"},
		{"close", "§close(ch)", "o.At(7); close(ch)"},
		{"return", "return §<-ch", "o.At(7); return <-ch"},
		{"condition", "if x.§Load() == 1 { f() }", "if o.Yes(7) && (x.Load() == 1) { f() }"},
		{"else if", "if a { } else if x.§Load() == 1 { }", "if a { } else if o.Yes(7) && (x.Load() == 1) { }"},
		{"loop", "for x.§Load() == 1 { }", "for o.Yes(7) && (x.Load() == 1) { }"},
		{"and", "b = a && x.§CompareAndSwap(0, 1)", "b = a && o.Yes(7) && x.CompareAndSwap(0, 1)"},
		{"or", "b = a || x.§Load() == 1", "b = a || o.No(7) || x.Load() == 1"},
		{"left of and", "b = x.§Load() == 1 && a", "o.At(7); b = x.Load() == 1 && a"},
		{"if with a statement", "if v := §<-ch; v { }", "o.At(7); if v := <-ch; v { }"},
		{"switch", "switch §<-ch { case 1: }", "o.At(7); switch <-ch { case 1: }"},
		{"case", "switch { case a: mu.§Lock() }", "switch { case a: o.At(7); mu.Lock() }"},
		{"deferred", "defer mu.§Unlock()", "defer mu.Unlock(); defer o.At(7)"},
		{"deferred literal", "defer func() { mu.§Unlock() }()", "defer func() { o.At(7); mu.Unlock() }()"},
		{"deferred argument", "defer f(§<-ch)", "o.At(7); defer f(<-ch)"},
		{"select", "§select { case <-ch: }", "o.At(7); select { case <-ch: }"},
		{"case of a select", "select { case v := §<-ch: f(v) }", "o.At(7); select { case v := <-ch: f(v) }"},
		{"calling case of a select", "select { case §<-ctx.Done(): }", "o.At(7); select { case <-ctx.Done(): }"},
		{"body of a case", "select { case <-ch: mu.§Lock() }", "select { case <-ch: o.At(7); mu.Lock() }"},
		{"label", "L: for { §<-ch; break L }", "L: for { o.At(7); <-ch; break L }"},
		{"labelled", "L: §select { case <-ch: break L }", "o.At(7); L: select { case <-ch: break L }"},
		{"range", "§for v := range ch { if v { continue }; f(v) }", "o.At(7); for v := range ch { if v { o.At(7); continue }; f(v) ; o.At(7) }"},
		{"range of a call", "§for range f() { }", "for range o.Val(7, f()) { ; o.At(7) }"},
		{"range with a label", "L: §for range ch { for { continue L; continue } }", "o.At(7); L: for range ch { for { o.At(7); continue L; continue } ; o.At(7) }"},
		{"literal", "f(func() { mu.§Lock() })", "f(func() { o.At(7); mu.Lock() })"},
		{"parentheses", "(mu).§Lock()", "o.At(7); (mu).Lock()"},
	} {
		body, marked := strings.CutPrefix(c.body, "§")
		at := 0
		if !marked {
			at = strings.Index(body, "§")
			body = strings.Replace(body, "§", "", 1)
		}
		const head = "package p\n\nfunc f() {\n\t"
		s, err := parseSource("p.go", []byte(head+body+"\n}\n"))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		list, err := s.place(7, 4, at+2, "o")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := applied(s.text, list)
		if want := head + c.want + "\n}\n"; got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want)
		}
		if _, err := parseSource("p.go", []byte(got)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestPlaceRefused(t *testing.T) {
	for _, c := range []struct{ name, text, why string }{
		{"package level", "package p\n\nvar v = §<-ch\n", "no statement can stand beside it"},
		{"post", "package p\nfunc f() {\n\tfor ; ; x.§Add(1) {\n\t}\n}\n", "behind each round"},
		{"spawned", "package p\nfunc f() {\n\tgo wg.§Wait()\n}\n", "in a goroutine of its own"},
		{"head of a case", "package p\nfunc f() {\n\tswitch 1 {\n\tcase §<-ch:\n\t}\n}\n", "head of a case"},
		{"else if", "package p\nfunc f() {\n\tif a {\n\t} else if v := §<-ch; v {\n\t}\n}\n", "else if"},
		{"nowhere", "package p\n§", "no such position"},
	} {
		before, after, _ := strings.Cut(c.text, "§")
		s, err := parseSource("p.go", []byte(before+after))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		list, err := s.place(1, 1+strings.Count(before, "\n"), len(before)-strings.LastIndexByte(before, '\n'), "o")
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v, %v", c.name, list, err)
		}
	}
}

func TestPlaceSpawn(t *testing.T) {
	for _, c := range []struct {
		text string
		col  int
		want string
	}{
		{"go f(g())", 1, "o.Go(7); go f(g()); o.At(7)"},
		{"wg.Go(f)", 4, "o.Go(7); wg.Go(f); o.At(7)"},
		{"select { case <-ch: go f() }", 21, "select { case <-ch: o.Go(7); go f(); o.At(7) }"},
		{"L: go f()", 4, ""},
	} {
		s, err := parseSource("p.go", []byte("package p\nfunc f() {\n"+c.text+"\n}\n"))
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.placeSpawn(7, 3, c.col, "o")
		if c.want == "" && err == nil {
			t.Errorf("%s: %v", c.text, list)
		}
		if c.want == "" {
			continue
		}
		if got := applied(s.text, list); err != nil || got != "package p\nfunc f() {\n"+c.want+"\n}\n" {
			t.Errorf("%s: %v\n%s", c.text, err, got)
		}
	}
}

func TestPlaceStart(t *testing.T) {
	s, err := parseSource("p_test.go", []byte("package p\n\nfunc TestA(t *testing.T) { f(t) }\nfunc TestB(*testing.T) {}\n"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.placeStart("TestA", "o")
	list = append(list, s.placeImport("o", "m/o"))
	want := "package p; import o \"m/o\"\n\nfunc TestA(t *testing.T) { o.Start(t); f(t) }\nfunc TestB(*testing.T) {}\n"
	if got := applied(s.text, list); got != want || err != nil {
		t.Errorf("got\n%s%v", got, err)
	}
	if _, err := s.placeStart("TestB", "o"); err == nil || !strings.Contains(err.Error(), "no name") {
		t.Error(err)
	}
	if list, err := s.placeStart("TestC", "o"); len(list) > 0 || err != nil {
		t.Error(list, err)
	}
}
