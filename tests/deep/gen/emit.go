// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"go/format"
	"strings"
)

// options are the forms of one program.
type options struct {
	fixed   bool
	witness bool
	invert  int
}

// emit writes the program: file name to text.
func emit(p *plan, o options) (map[string][]byte, error) {
	pkg := fmt.Sprintf("deep%dd%d", p.seed, p.depth)
	w := &writer{plan: p, options: o}
	code := w.program(pkg)
	texts := map[string]string{
		pkg + ".go": code,
		pkg + "_test.go": "// SPDX-License-Identifier: BSD-2-Clause\n\npackage " + pkg + "\n\nimport \"testing\"\n\n" +
			"func Test" + p.typ + "(t *testing.T) {\n\tif err := Run(); err != nil {\n\t\tt.Error(err)\n\t}\n}\n",
	}
	if o.witness {
		texts["gate.go"] = gateText(pkg, 2*p.depth)
	}
	files := map[string][]byte{
		"go.mod": []byte("// SPDX-License-Identifier: BSD-2-Clause\n\nmodule goknot.example/" + pkg + "\n\ngo 1.23\n"),
	}
	for name, text := range texts {
		formatted, err := format.Source([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("%s does not parse: %w", name, err)
		}
		files[name] = formatted
	}
	return files, nil
}

type writer struct {
	plan *plan
	options
	segments [][]segment // of each actor
}

func (w *writer) program(pkg string) string {
	p := w.plan
	w.script()
	var methods string
	var lengths []int
	for i, name := range p.actors {
		methods += "\n" + w.actor(i, name)
		lengths = append(lengths, len(w.segments[i]))
	}
	for _, pr := range p.promote {
		methods += fmt.Sprintf("\nfunc (s *%s) %s() {\n%s}\n", p.typ, pr.name, calls(pr.calls))
	}
	for _, s := range p.services {
		methods += fmt.Sprintf("\nfunc (s *%s) %s(key int) {\n%s\n}\n", p.typ, s.name, s.method)
	}
	methods += "\n" + w.conclude()
	if p.end.methods != "" {
		methods += "\n" + fmt.Sprintf(p.end.methods, p.typ) + "\n"
	}
	body := w.comment(pkg) + "package " + pkg + "\n\n%IMPORTS%\n" + w.types() + w.run(lengths) + methods
	return strings.Replace(body, "%IMPORTS%", imports(body), 1)
}

// imports lists the packages that the text uses.
func imports(text string) string {
	list := "import (\n"
	for _, name := range []string{"errors", "fmt", "sync", "sync/atomic"} {
		if strings.Contains(text, name[strings.LastIndex(name, "/")+1:]+".") {
			list += "\t\"" + name + "\"\n"
		}
	}
	return list + ")\n"
}

func (w *writer) comment(pkg string) string {
	p := w.plan
	text := fmt.Sprintf("// SPDX-License-Identifier: BSD-2-Clause\n\n// Package %s is a program of deepgen, seed %d, depth %d.\n//\n", pkg, p.seed, p.depth)
	text += fmt.Sprintf("// Some %d goroutines; actors are %s. ", p.own()+p.crowd.size, p.shape)
	if w.fixed {
		return text + "Correct under every schedule.\n"
	}
	text += fmt.Sprintf("Verdict: %s, %s. It ends so when\n//\n", p.end.verdict, p.end.about)
	for i, l := range p.links {
		what := fmt.Sprintf(l.kind.what, l.name, p.actors[l.to])
		text += fmt.Sprintf("//\t%d. %s %s\n", i+1, p.actors[l.from], what)
	}
	return text + "//\n// and in no other case.\n"
}

func (w *writer) types() string {
	p := w.plan
	fields, create := "", ""
	if p.tally {
		fields += "heldMu sync.Mutex\nheld int\n"
	}
	for _, l := range p.links {
		fields += fmt.Sprintf(l.kind.fields, l.name) + "\n"
		if l.kind.create != "" {
			create += fmt.Sprintf(l.kind.create, l.name) + "\n"
		}
	}
	for _, s := range p.services {
		fields += s.fields + "\n"
		if s.create != "" {
			create += s.create + "\n"
		}
	}
	fields += p.end.fields + "\n"
	if p.end.create != "" {
		create += p.end.create + "\n"
	}
	if w.witness {
		fields += "gate gate\n"
		create += "gate: newGate(),\n"
	}
	return fmt.Sprintf("// %s is what all goroutines share.\ntype %s struct {\n%s}\n\nfunc new%s() *%s {\nreturn &%s{\n%s}\n}\n\n", p.typ, p.typ, fields, p.typ, p.typ, p.typ, create)
}

// script gives every actor its segments, by appending the operations of one link after the other.
func (w *writer) script() {
	p := w.plan
	w.segments = make([][]segment, len(p.actors))
	for i := range w.segments {
		w.segments[i] = []segment{nil}
	}
	add := func(actor int, stmts ...string) {
		last := len(w.segments[actor]) - 1
		for _, stmt := range stmts {
			if stmt != "" {
				w.segments[actor][last] = append(w.segments[actor][last], strings.TrimSpace(stmt))
			}
		}
	}
	for i, l := range p.links {
		value := "1"
		if !p.tally {
			value = "level+1"
		}
		add(l.from, calls(l.before), w.gated(i, 0, fmt.Sprintf(l.kind.announce, l.name, value)))
		if segs := w.segments[l.to]; len(segs[len(segs)-1]) > 0 {
			w.segments[l.to] = append(segs, nil)
		}
		add(l.to, calls(l.first), "got = 0", w.gated(i, 1, fmt.Sprintf(l.kind.look, l.name)))
		add(l.to, w.conclusion(i))
	}
	// One that only announced first of all, or an actor without a link, must not be empty.
	for i := range w.segments {
		if len(w.segments[i][0]) == 0 {
			add(i, calls(p.crowd.calls))
		}
	}
}

// conclusion is what the actor that looked does with what it saw.
func (w *writer) conclusion(i int) string {
	p := w.plan
	text := "level = got\n"
	holds := fmt.Sprintf("level == %d", i+1)
	if p.tally {
		text, holds = "held += min(got, 1)\n", "got > 0"
	}
	if p.visible {
		text += fmt.Sprintf("if %s {\ns.%s()\n}\n", holds, p.promote[i].name)
	}
	if !p.tally && i == p.depth-1 {
		text += fmt.Sprintf("if level == %d {\ns.conclude()\n}\n", p.depth)
	}
	return text
}

// gated puts an announcement (side 0) or a look (side 1) behind its place in the witness. A constraint is broken by
// changing the two places; the others still hold.
func (w *writer) gated(link, side int, stmt string) string {
	if !w.witness {
		return stmt
	}
	at := 2*link + side
	if link == w.invert-1 {
		at = 2*link + 1 - side
	}
	return fmt.Sprintf("s.gate.enter(%d)\n%s\ns.gate.leave(%d)", at, stmt, at)
}

func (w *writer) actor(i int, name string) string {
	locals, last := "", ""
	looks, announces := false, false
	for _, l := range w.plan.links {
		looks = looks || l.to == i
		announces = announces || l.from == i
	}
	switch {
	case w.plan.tally && looks:
		locals = "got, held := 0, 0\n"
		last = "s.heldMu.Lock()\ns.held += held\ns.heldMu.Unlock()\n"
	case !w.plan.tally && looks:
		locals = "got, level := 0, 0\n"
	case !w.plan.tally && announces:
		locals = "level := 0\n"
	}
	return actorText(w.plan.shape, w.plan.typ, name, locals, w.segments[i], last)
}

func (w *writer) conclude() string {
	body := w.plan.end.bad
	if w.fixed {
		body = w.plan.end.good
	}
	return fmt.Sprintf("func (s *%s) conclude() {\n%s\n}\n", w.plan.typ, body)
}

func (w *writer) run(lengths []int) string {
	p := w.plan
	start, stop := "", ""
	for _, s := range p.services {
		if s.start != "" {
			start += s.start + "\n"
		}
		if s.stop != "" {
			stop += s.stop + "\n"
		}
	}
	text := "// Run starts everything and waits until all of it has ended.\nfunc Run() (err error) {\n"
	if w.witness {
		text += "before := numGoroutine()\ndefer func() {\nif err == nil && leftBehind(before) {\nerr = errors.New(\"goroutines are left behind\")\n}\n}()\n"
	}
	text += fmt.Sprintf("s := new%s()\n%svar wg sync.WaitGroup\n", p.typ, start)
	crowd, actors := w.crowd(), runText(p.shape, p.actors, lengths)
	if p.seed%2 == 0 {
		crowd, actors = actors, crowd
	}
	text += crowd + actors + "wg.Wait()\n" + stop
	if p.tally {
		text += fmt.Sprintf("if s.held == %d {\ns.conclude()\n}\n", p.depth)
	}
	if p.end.check != "" {
		text += p.end.check + "\n"
	}
	return text + "return err\n}\n"
}

func (w *writer) crowd() string {
	c := w.plan.crowd
	if !c.queue {
		return fmt.Sprintf("for range %d {\nwg.Add(1)\ngo func() {\ndefer wg.Done()\n%s}()\n}\n", c.size, calls(c.calls))
	}
	return fmt.Sprintf("queue := make(chan int, 2)\nfor range %d {\nwg.Add(1)\ngo func() {\ndefer wg.Done()\nfor range queue {\n%s}\n}()\n}\n"+
		"wg.Add(1)\ngo func() {\ndefer wg.Done()\nfor item := range %d {\nqueue <- item\n}\nclose(queue)\n}()\n",
		max(1, c.size-1), calls(c.calls), c.size)
}

func calls(list []call) string {
	text := ""
	for _, c := range list {
		if c.rounds == 1 {
			text += fmt.Sprintf("s.%s(%d)\n", c.service.name, c.key)
		} else {
			text += fmt.Sprintf("for range %d {\ns.%s(%d)\n}\n", c.rounds, c.service.name, c.key)
		}
	}
	return text
}
