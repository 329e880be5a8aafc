// SPDX-License-Identifier: BSD-2-Clause

package runtimeedit

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// An edit changes one named function (or type) of one file of GOROOT. It fails when what it looks for is
// not there, so that a Go release that moved something is told by name instead of building something wrong.
type edit struct {
	file  string
	name  string // function, for the message
	apply func(s *source, f *ast.FuncDecl) error
}

// head inserts text at the start of the body.
func head(text string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		s.insert(f.Body.Lbrace+1, " "+text+";")
		return nil
	}
}

// tail inserts text before the closing brace of the body.
func tail(text string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		s.insert(f.Body.Rbrace, text+"\n")
		return nil
	}
}

// last inserts text before the closing brace of a body that returns nowhere else, on its line.
func last(text string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		s.insert(f.Body.Rbrace, text+" ")
		return eachStmt(f, 0, "return", func(st ast.Stmt) bool {
			_, ok := st.(*ast.ReturnStmt)
			return ok
		}, func(ast.Stmt) {})
	}
}

// param adds a last parameter.
func param(text string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		s.insert(f.Type.Params.Closing, ", "+text)
		return nil
	}
}

// syncOp is the scheduling point in a method of package sync that the compiler never inlines.
func syncOp(op, receiver string) string {
	return "if knotHooksOn { knotOpEntry(" + op + ", uintptr(unsafe.Pointer(" + receiver + "))) }"
}

// chanHead starts an operation on the channel c: one test where goknot is not attached.
func chanHead(entry, op string) func(*source, *ast.FuncDecl) error {
	return head("if knotHooksOn { if knot.on { " + entry + "(" + op + ", c) } else if knotNat.rec { knotNatChanOp(" + op + ", c) } }")
}

// importUnsafe is for a file that does not import package unsafe by itself.
func importUnsafe(s *source, _ *ast.FuncDecl) error {
	s.insert(s.tree.Name.End(), `; import "unsafe"`)
	return nil
}

// ifAlso has the one if statement whose body calls a method do so when or holds, too.
func ifAlso(or, method string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		return eachStmt(f, 1, "if ... "+method, func(st ast.Stmt) bool {
			i, ok := st.(*ast.IfStmt)
			return ok && i.Init == nil && i.Else == nil && mentions(i.Body, method)
		}, func(st ast.Stmt) { s.insert(st.(*ast.IfStmt).Cond.Pos(), or+" || ") })
	}
}

// afterLabels inserts text behind each of the labels.
func afterLabels(text string, labels ...string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		found := 0
		ast.Inspect(f.Body, func(x ast.Node) bool {
			if l, ok := x.(*ast.LabeledStmt); ok && slices.Contains(labels, l.Label.Name) {
				found++
				s.insert(l.Colon+1, " "+text+";")
			}
			return true
		})
		if found != len(labels) {
			return fmt.Errorf("%d of the labels %s were found", found, strings.Join(labels, ", "))
		}
		return nil
	}
}

// both makes several edits to one function.
func both(edits ...func(*source, *ast.FuncDecl) error) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		for _, e := range edits {
			if err := e(s, f); err != nil {
				return err
			}
		}
		return nil
	}
}

// afterStmt inserts text behind every statement that match accepts; there must be exactly n.
func afterStmt(n int, what, text string, match func(ast.Stmt) bool) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		return eachStmt(f, n, what, match, func(st ast.Stmt) { s.insert(st.End(), "; "+text) })
	}
}

// beforeStmt inserts text in front of every statement that match accepts; there must be exactly n.
func beforeStmt(n int, what, text string, match func(ast.Stmt) bool) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		return eachStmt(f, n, what, match, func(st ast.Stmt) { s.insert(st.Pos(), text+"; ") })
	}
}

func eachStmt(f *ast.FuncDecl, n int, what string, match func(ast.Stmt) bool, do func(ast.Stmt)) error {
	found := 0
	ast.Inspect(f.Body, func(x ast.Node) bool {
		if st, ok := x.(ast.Stmt); ok && match(st) {
			found++
			do(st)
			return false
		}
		return true
	})
	if found != n {
		return fmt.Errorf("%d statements %s where %d was expected", found, what, n)
	}
	return nil
}

// rename gives the function another name.
func rename(to string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		s.replace(f.Name.Pos(), f.Name.End(), to)
		return nil
	}
}

// renameCalls makes calls of one function calls of another.
func renameCalls(from, to string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		found := 0
		ast.Inspect(f.Body, func(x ast.Node) bool {
			if c, ok := x.(*ast.CallExpr); ok {
				if id, ok := c.Fun.(*ast.Ident); ok && id.Name == from {
					found++
					s.replace(id.Pos(), id.End(), to)
				}
			}
			return true
		})
		if found == 0 {
			return fmt.Errorf("no call of %s", from)
		}
		return nil
	}
}

// newIs makes the one new(what) something else.
func newIs(what, text string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		found := 0
		ast.Inspect(f.Body, func(x ast.Node) bool {
			if c, ok := x.(*ast.CallExpr); ok && isCall(c, "new") && len(c.Args) == 1 && mentions(c.Args[0], what) {
				found++
				s.replace(c.Pos(), c.End(), text)
			}
			return true
		})
		if found != 1 {
			return fmt.Errorf("%d calls of new(%s) where 1 was expected", found, what)
		}
		return nil
	}
}

// mayMiss makes an edit that changes nothing where it does not find what it looks for.
func mayMiss(e func(*source, *ast.FuncDecl) error) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		if n := len(s.cuts); e(s, f) != nil {
			s.cuts = s.cuts[:n]
		}
		return nil
	}
}

func exprCall(name string) func(ast.Stmt) bool {
	return func(st ast.Stmt) bool {
		e, ok := st.(*ast.ExprStmt)
		return ok && isCall(e.X, name)
	}
}

// forOver matches a loop whose body mentions name.
func forOver(name string) func(ast.Stmt) bool {
	return func(st ast.Stmt) bool {
		l, ok := st.(*ast.ForStmt)
		return ok && mentions(l.Body, name)
	}
}

func assignFrom(name string) func(ast.Stmt) bool {
	return func(st ast.Stmt) bool {
		a, ok := st.(*ast.AssignStmt)
		return ok && len(a.Rhs) == 1 && isCall(a.Rhs[0], name)
	}
}

// differenceTo matches x.field = a - b.
func differenceTo(field string) func(ast.Stmt) bool {
	return func(st ast.Stmt) bool {
		a, ok := st.(*ast.AssignStmt)
		if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 {
			return false
		}
		to, ok := a.Lhs[0].(*ast.SelectorExpr)
		_, differs := a.Rhs[0].(*ast.BinaryExpr)
		return ok && differs && to.Sel.Name == field
	}
}

func ifMentions(name string) func(ast.Stmt) bool {
	return func(st ast.Stmt) bool {
		i, ok := st.(*ast.IfStmt)
		return ok && i.Cond != nil && mentions(i.Cond, name)
	}
}

func returnOf(results int) func(ast.Stmt) bool {
	return func(st ast.Stmt) bool {
		r, ok := st.(*ast.ReturnStmt)
		return ok && len(r.Results) == results
	}
}

// loopCond gives the one loop whose condition mentions name another condition.
func loopCond(name, text string) func(*source, *ast.FuncDecl) error {
	return func(s *source, f *ast.FuncDecl) error {
		return eachStmt(f, 1, "for ... "+name, func(st ast.Stmt) bool {
			l, ok := st.(*ast.ForStmt)
			return ok && l.Cond != nil && mentions(l.Cond, name)
		}, func(st ast.Stmt) {
			c := st.(*ast.ForStmt).Cond
			s.replace(c.Pos(), c.End(), text)
		})
	}
}

// rangeOver makes the one loop over name go over something else.
func rangeOver(name, text string) func(*source, *ast.FuncDecl) error {
	over := func(st ast.Stmt) *ast.Ident {
		if r, ok := st.(*ast.RangeStmt); ok {
			if id, ok := r.X.(*ast.Ident); ok && id.Name == name {
				return id
			}
		}
		return nil
	}
	return func(s *source, f *ast.FuncDecl) error {
		return eachStmt(f, 1, "range "+name, func(st ast.Stmt) bool { return over(st) != nil }, func(st ast.Stmt) {
			s.replace(over(st).Pos(), over(st).End(), text)
		})
	}
}

// wrapMatcher has the one matcher for -test.run made by a function that knotMatcher calls or not.
func wrapMatcher(s *source, f *ast.FuncDecl) error {
	found := 0
	ast.Inspect(f.Body, func(x ast.Node) bool {
		if c, ok := x.(*ast.CallExpr); ok && isCall(c, "newMatcher") && mentions(c, "match") {
			found++
			s.insert(c.Pos(), "knotMatcher(func() *matcher { return ")
			s.insert(c.End(), " })")
		}
		return true
	})
	if found != 1 {
		return fmt.Errorf("%d calls of newMatcher for -test.run where 1 was expected", found)
	}
	return nil
}

// chanMeets stands where the lock of the channel c is held.
const chanMeets = "if knotNat.clocks { knotNatMeets(c) }"

const findText = "if knot.on { if knotGP, knotAgain := knotFind(pp); knotGP != nil { return knotGP, false, false } else if knotAgain { goto top } }"

// edits of the runtime, of packages sync, os/signal and testing.
var edits = []edit{
	{"runtime/proc.go", "schedinit", afterStmt(1, "goenvs()", "knotAttach()", exprCall("goenvs"))},
	{"runtime/proc.go", "main", both(
		beforeStmt(1, "for ... doInit(m.inittasks)", "knotProgramBegin()", forOver("inittasks")),
		afterStmt(1, "fn()", "knotProgramEnd()", exprCall("fn")))},
	{"runtime/proc.go", "findRunnable", beforeStmt(1, "if ... schedtick", findText, ifMentions("schedtick"))},
	{"runtime/proc.go", "newproc", both(
		head("var knotSite uint32; if knot.on { knotGoSite(); knotSite = knotSpawnSite } else if knotNat.on { knotSite = knotNatGoSite() }"),
		func(s *source, f *ast.FuncDecl) error {
			found := 0
			ast.Inspect(f.Body, func(x ast.Node) bool {
				if a, ok := x.(*ast.AssignStmt); ok && assignFrom("newproc1")(a) {
					found++
					s.insert(a.End(), "; knotSpawned(gp, newg)")
				}
				return true
			})
			if found != 1 || !mentions(f.Body, "newg") || !mentions(f.Body, "gp") {
				return fmt.Errorf("newg := newproc1(...) not found")
			}
			return nil
		},
		tail("if knot.on { knotGoDone(knotSite) } else if knotNat.rec { knotNatGoDone(knotSite) }"))},
	{"runtime/proc.go", "malg", newIs("g", "knotNewG()")},
	{"runtime/proc.go", "gdestroy", head("knotExit(gp)")},
	{"runtime/proc.go", "goexit1", head("knotRaceExit()")},
	{"runtime/proc.go", "gopark", head("if knot.on { knotParked(reason) }")},
	{"runtime/proc.go", "goready", head("if knotNat.clocks { knotNatWakes(gp) }")},
	{"runtime/proc.go", "ready", head("if knot.on { knotReadied(gp) }")},
	{"runtime/proc.go", "runqput", head("if knot.on && knotRunqput(gp) { return }")},
	{"runtime/proc.go", "sysmon", afterStmt(1, "usleep(delay)", "if knotSysmon() { continue }", exprCall("usleep"))},
	{"runtime/proc.go", "handoffp", head("if knotHandoff(pp) { return }")},
	{"runtime/proc.go", "gopreempt_m", head("if knot.on && knotPreempted(gp) { knotSwitch_m(gp) }")},
	{"runtime/proc.go", "procresize", head("nprocs = knotProcs(nprocs)")},
	{"runtime/proc.go", "os_beforeExit", head("knotOSExit(exitCode)")},
	{"runtime/proc.go", "Gosched", rename("knotOrigGosched")},
	{"runtime/proc.go", "wakep", head("if knot.on && getg().m.p != 0 { return }")}, // the only P is here: there is none to wake
	{"runtime/traceback.go", "isSystemGoroutine", head("if knotIsUsers(gp.startpc) { return false }")},
	{"runtime/mgcscavenge.go", "(*scavengerState).wake", head("if knot.attached { return }")},
	{"runtime/panic.go", "fatalpanic", head("knotDying(knotEndPanic)")},
	{"runtime/panic.go", "fatalthrow", head("knotThrown(t)")},
	{"runtime/chan.go", "chansend1", both(head("if knotHooksOn && knotIsHook(c) { knotHooked(c, elem); return }"), chanHead("knotChanOp", "knotOpSend"))},
	{"runtime/chan.go", "chansend", afterStmt(1, "lock(...)", chanMeets, exprCall("lock"))},
	{"runtime/chan.go", "chanrecv", afterStmt(1, "lock(...)", chanMeets, exprCall("lock"))},
	{"runtime/chan.go", "chanrecv1", chanHead("knotChanOp", "knotOpRecv")},
	{"runtime/chan.go", "chanrecv2", chanHead("knotChanOp", "knotOpRecv")},
	{"runtime/chan.go", "selectnbsend", chanHead("knotChanPoll", "knotOpSend")},
	{"runtime/chan.go", "selectnbrecv", head("if knotHooksOn { if knot.on { knotChanPoll(knotOpRecv, c) } else if knotNat.rec { knotNatChanOp(knotOpRecv, c); return knotNatTryRecv(c, elem) } }")},
	{"runtime/chan.go", "reflect_chansend", head("if knot.on { knotChanReflect(knotOpSend, c, nb) }")},
	{"runtime/chan.go", "reflect_chanrecv", head("if knot.on { knotChanReflect(knotOpRecv, c, nb) } else if knotNat.rec && nb { return knotNatTryRecv(c, elem) }")},
	{"runtime/chan.go", "closechan", chanHead("knotChanOp", "knotOpClose")},
	{"runtime/chan.go", "closechan", afterStmt(1, "lock(...)", chanMeets, exprCall("lock"))},
	{"runtime/select.go", "selectgo", both(
		head("if knotHooksOn { if knot.on { knotSelect(cas0, nsends+nrecvs, block) } else if knotNat.rec { knotNatSelect() } }"),
		renameCalls("cheaprandn", "knotSelectRand"),
		afterLabels(chanMeets, "bufrecv", "bufsend", "recv", "rclose", "send"),
		beforeStmt(1, "return casi, recvOK", "if knotHooksOn { if knot.on { knotSelected(casi, scases, nsends) } else if knotNat.rec { knotNatSelected(casi, scases, nsends) } }", returnOf(2)))},
	{"runtime/proc.go", "exitsyscall", beforeStmt(1, "return", "if knot.on && knotWaitsHere(gp) { mcall(knotKeep_m) }", returnOf(0))},
	{"runtime/netpoll.go", "poll_runtime_pollReset", head("if knot.on { knotIOPoint(pd) }")},
	{"runtime/netpoll.go", "poll_runtime_pollClose", head("if knot.on { knotIOClosed(pd) }")},
	{"runtime/rand.go", "randinit", head("if knotFixedRand() { startupRand = knotStartupRand[:] }")},
	{"runtime/rand.go", "rand", head("if knot.on && getg() == getg().m.curg { return knotUserRand() }")},
	{"runtime/time_nofake.go", "nanotime", renameCalls("nanotime1", "knotNow")},
	{"runtime/mem_linux.go", "sysMapOS", tail("knotMapped(v, n)")},
	{"runtime/mgcmark.go", "gcMarkTinyAllocs", head("if knotTinyDropped() { return }")},
	{"runtime/mgc.go", "(gcTrigger).test", head("if knot.on && t.kind == gcTriggerHeap && gcphase == _GCoff && knotHeapIsFull() { return true }")},
	{"runtime/mgcpacer.go", "setGCPercent", head("if knotOld, knotOk := knotGCPercent(in); knotOk { return knotOld }")},
	{"runtime/mgcpacer.go", "setMemoryLimit", head("if knotOld, knotOk := knotMemoryLimit(in); knotOk { return knotOld }")},
	{"runtime/race.go", "raceSymbolizeCode",
		beforeStmt(1, "ctx.off = pc - fi.entry()", "knotRaceNamed(name, file, int32(line), sf.startLine)", differenceTo("off"))},
	{"runtime/race.go", "RaceErrors", rename("knotOrigRaceErrors")},
	{"runtime/debug.go", "GOMAXPROCS", head("if knotOld, knotOk := knotGOMAXPROCS(n); knotOk { return knotOld }")},

	{"sync/mutex.go", "(*Mutex).Lock", rename("knotOrigLock")},
	{"sync/mutex.go", "(*Mutex).TryLock", rename("knotOrigTryLock")},
	{"sync/mutex.go", "(*Mutex).Unlock", rename("knotOrigUnlock")},
	{"sync/rwmutex.go", "(*RWMutex).RLock", both(rename("knotOrigRLock"),
		does("if rw.readerCount.Add(1) < 0 { runtime_SemacquireRWMutexR(&rw.readerSem, false, 0) }"))},
	{"sync/rwmutex.go", "(*RWMutex).TryRLock", rename("knotOrigTryRLock")},
	{"sync/rwmutex.go", "(*RWMutex).RUnlock", both(rename("knotOrigRUnlock"),
		does("if r := rw.readerCount.Add(-1); r < 0 { rw.rUnlockSlow(r) }"))},
	{"sync/rwmutex.go", "(*RWMutex).Lock", both(head(syncOp("knotLock", "rw")), last("if knotHooksOn { knotDoneEntry(knotLock, uintptr(unsafe.Pointer(rw))) }"))},
	{"sync/rwmutex.go", "(*RWMutex).TryLock", rename("knotOrigTryLock")},
	{"sync/rwmutex.go", "(*RWMutex).Unlock", head(syncOp("knotUnlock", "rw"))},
	{"sync/waitgroup.go", "(*WaitGroup).Add", both(rename("knotAdd"), param("knotWhat uint8"), head(syncOp("knotWhat", "wg")))},
	{"sync/waitgroup.go", "(*WaitGroup).Done", both(rename("knotOrigDone"), does("{ wg.Add(-1) }"))},
	{"sync/waitgroup.go", "(*WaitGroup).Wait", head(syncOp("knotWgWait", "wg"))},
	{"sync/cond.go", "(*Cond).Wait", head(syncOp("knotCondWait", "c"))},
	{"sync/cond.go", "(*Cond).Signal", head(syncOp("knotSignal", "c"))},
	{"sync/cond.go", "(*Cond).Broadcast", head(syncOp("knotBroadcast", "c"))},
	{"sync/once.go", "(*Once).Do", both(ifAlso("knotHooksOn", "doSlow"), does("o.done.Load()", "{ o.doSlow(f) }"))},
	{"sync/once.go", "(*Once).doSlow", both(importUnsafe, head(syncOp("knotOnce", "o")+"; if knotHooksOn && o.knotIsDone() { return }"), does("defer o.m.Unlock()"))},

	{"internal/syscall/unix/getrandom.go", "GetRandom", head("if knotRandomBytes(p) { return len(p), nil }")},
	{"os/signal/signal.go", "cancel", tail("knotTell()")},
	{"os/signal/signal.go", "Notify", tail("knotTell()")},
	{"os/signal/signal.go", "Stop", afterStmt(1, "delete(...)", "knotTell()", exprCall("delete"))},

	{"internal/poll/fd_unix.go", "(*FD).Read", renameCalls("ignoringEINTRIO", "fd.knotRead")},
	{"internal/poll/fd_unix.go", "(*FD).Write", renameCalls("ignoringEINTRIO", "fd.knotWrite")},

	{"os/file.go", "(*File).Write", head("if f != nil && f == knotCaptured { knotPrints(unsafe.Pointer(f)) }")},

	{"testing/testing.go", "runTests", both(
		loopCond("count", "knotMore(i, *count, len(knotTests(tests)))"),
		wrapMatcher,
		rangeOver("tests", "knotTests(tests)"),
		beforeStmt(1, "tRunner(...)", "knotBegin()", exprCall("tRunner")),
		afterStmt(1, "tRunner(...)", "knotEnd(t.Failed())", exprCall("tRunner")))},
	{"testing/testing.go", "(*M).Run", head("knotChoose(m.tests, m.fuzzTargets, m.examples)")},
	{"testing/fuzz.go", "runFuzzTests", both(
		loopCond("count", "knotMore(i, *count, len(knotFuzzTargets(fuzzTests)))"),
		wrapMatcher,
		rangeOver("fuzzTests", "knotFuzzTargets(fuzzTests)"),
		beforeStmt(1, "go fRunner(...)", "knotBegin()", func(st ast.Stmt) bool {
			g, ok := st.(*ast.GoStmt)
			return ok && isCall(g.Call, "fRunner")
		}),
		afterStmt(1, "<-f.signal", "knotEnd(f.Failed())", func(st ast.Stmt) bool {
			e, ok := st.(*ast.ExprStmt)
			return ok && mentions(e, "signal")
		}))},
	{"testing/testing.go", "(*common).Fail", head("knotFail(c)")},
	{"testing/testing.go", "(*common).SkipNow", head("knotSkip(c)")},
	{"testing/testing.go", "tRunner", renameCalls("callerName", "knotCallerName")},
	{"testing/testing.go", "(*T).report", head("if knotNothingToReport(t) { return }")},
	{"testing/match.go", "(*matcher).fullName", rename("knotOrigFullName")},
	{"testing/testing.go", "(*T).Run", func(s *source, f *ast.FuncDecl) error {
		found := 0
		ast.Inspect(f.Body, func(x ast.Node) bool {
			if c, ok := x.(*ast.CallExpr); ok && isCall(c, "Callers") && len(c.Args) == 2 {
				found++
				s.replace(c.Fun.Pos(), c.Fun.End(), "knotCallers")
				s.insert(c.Args[0].Pos(), "t, ")
			}
			return true
		})
		if found != 1 {
			return fmt.Errorf("the call of runtime.Callers was not found")
		}
		return nil
	}},
}

// optional edits: functions, and their files, that older supported releases do not have.
var optional = []edit{
	{"sync/waitgroup.go", "(*WaitGroup).Go", rename("knotOrigGo")},
	{"runtime/time.go", "time_runtimeNano", head("if knot.on { knotLook() }")},
	{"runtime/time.go", "(*timer).maybeAdd", mayMiss(renameCalls("cheaprand", "knotCheapRand"))},
	// Reading the control group's files is a tenth of the start of a process, for a number that is 1.
	{"runtime/cgroup_linux.go", "defaultGOMAXPROCSInit", head("if knot.attached { return }")},
}

// removed files: replaced by what the shim adds.
var removed = []string{"runtime/timeasm.go"}

// renamed symbols of assembly files: file, text, new text.
var renamed = [][3]string{
	{"runtime/time_linux_amd64.s", "TEXT time·now<ABIInternal>(SB)", "TEXT runtime·knotRealNow<ABIInternal>(SB)"},
	{"runtime/race_amd64.s", "TEXT\truntime·raceread<ABIInternal>(SB)", "TEXT\truntime·knotRaceread<ABIInternal>(SB)"},
	{"runtime/race_amd64.s", "TEXT\truntime·racewrite<ABIInternal>(SB)", "TEXT\truntime·knotRacewrite<ABIInternal>(SB)"},
	{"runtime/race_amd64.s", "TEXT\truntime·racereadrange<ABIInternal>(SB)", "TEXT\truntime·knotRacereadrange<ABIInternal>(SB)"},
	{"runtime/race_amd64.s", "TEXT\truntime·racewriterange<ABIInternal>(SB)", "TEXT\truntime·knotRacewriterange<ABIInternal>(SB)"},
	{"runtime/race_amd64.s", "TEXT\truntime·racereadpc(SB)", "TEXT\truntime·knotRacereadpc(SB)"},
	{"runtime/race_amd64.s", "TEXT\truntime·racewritepc(SB)", "TEXT\truntime·knotRacewritepc(SB)"},
}

// internalCalls are functions that mean one thing to the program and another to the runtime itself, whose
// calls get the other name.
var internalCalls = map[string]string{"nanotime": "nanotime1", "Gosched": "knotOrigGosched"}

// programClock lists the files of the runtime whose calls of nanotime mean the program's time.
var programClock = map[string]bool{
	"time.go": true, "netpoll.go": true, "sema.go": true, "time_nofake.go": true,
}
