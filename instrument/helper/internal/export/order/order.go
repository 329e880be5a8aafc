// SPDX-License-Identifier: BSD-2-Clause

// Package goknotorder makes the goroutines of one test take turns in the order that shows a bug. It needs nothing but
// the standard library: goroutines are told apart by who created them where, and whether one is blocked stands in the
// dump of all stacks.
//
// table.go lists the turns. A turn begins with an operation: the nth time that a goroutine comes to a call of At. It
// may begin when the turn before it is over: its goroutine waits for a later turn of its own, is blocked in an
// operation, or has ended. Who comes to an At without having the turn waits for its next one. When somebody has
// waited in vain for a while, as in a program that has been mended, the order is given up and everything goes on.
package goknotorder

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a turn may fail to come before the order is given up; on a machine that has no time for the test,
// so many looks.
const (
	patience = time.Second
	looks    = 500
)

type turn struct {
	g, site, nth int
	settle       []int         // goroutines that have to be blocked or gone, too, before it begins
	pause        time.Duration // in which nothing is to happen before it: a timer fires
	slack        time.Duration // more patience: its goroutine waits for a timer
}

type goroutine struct {
	path    string
	parent  int    // -1: the test
	created string // "a.go:11", or the function of the standard library that did
	site    int    // of the calls around that go statement; -1: one was enough to know the goroutine
	ordinal int    // how many the parent created there before
}

type spawn struct{ site, ordinal int }

// quietness is what was seen of a goroutine: blocked means the same, and at least a moment later.
type quietness struct {
	state string
	at    time.Time
}

var (
	mu       sync.Mutex
	over     atomic.Bool // nobody waits any more
	started  bool
	now      int       // the turn that has begun
	progress time.Time // when it did
	looked   int       // how often somebody has looked since
	paused   int       // the turn whose pause has been made
	known    map[string]int
	counts   map[[2]int]int
	waits    map[int]bool
	last     map[int]spawn
	seen     map[int]quietness
)

// lock spins: somebody who waits for this lock must not look blocked.
func lock() {
	for !mu.TryLock() {
		runtime.Gosched()
	}
}

// Start is called by the test first of all.
func Start(t interface {
	Cleanup(func())
	Errorf(format string, args ...any)
}) {
	lock()
	defer mu.Unlock()
	if started {
		return
	}
	started, progress, looked, paused = true, time.Now(), 0, -1
	known = map[string]int{self().id: 0}
	counts, waits, last, seen = map[[2]int]int{}, map[int]bool{}, map[int]spawn{}, map[int]quietness{}
	t.Cleanup(func() { end(t.Errorf) })
}

// Yes is At before the right side of && or a condition.
func Yes(site int) bool {
	At(site)
	return true
}

// No is At before the right side of ||.
func No(site int) bool {
	At(site)
	return false
}

// Val is At behind the last operand of an operation.
func Val[T any](site int, v T) T {
	At(site)
	return v
}

// enter is the number of the goroutine that calls, which has the lock then; false: it has no turns to wait for, and
// no lock.
func enter() (int, bool) {
	if over.Load() {
		return 0, false
	}
	lock()
	if started {
		if g, ok := who(); ok {
			return g, true
		}
	}
	mu.Unlock()
	return 0, false
}

// At stands before an operation.
func At(site int) {
	g, ok := enter()
	if !ok {
		return
	}
	defer mu.Unlock()
	counts[[2]int{g, site}]++
	nth := counts[[2]int{g, site}]
	if turns[now].g != g || begins(g, site, nth) > now {
		wait(g, next(g))
	}
}

// Go stands before a go statement, behind which is an At.
func Go(site int) {
	g, ok := enter()
	if !ok {
		return
	}
	defer mu.Unlock()
	if spawns(g, site) {
		adopt(dump())
		last[g] = spawn{site, counts[[2]int{g, site}]}
	}
}

// begins is the turn that begins so, -1: none.
func begins(g, site, nth int) int {
	for i, t := range turns {
		if i > 0 && t.g == g && t.site == site && t.nth == nth {
			return i
		}
	}
	return -1
}

// next is the next turn of g; len(turns): it has none.
func next(g int) int {
	for i := now + 1; i < len(turns); i++ {
		if turns[i].g == g {
			return i
		}
	}
	return len(turns)
}

func spawns(g, site int) bool {
	for _, x := range goroutines {
		if x.parent == g && x.site == site {
			return true
		}
	}
	return false
}

// wait returns when turn i has begun or the order is over.
func wait(g, i int) {
	waits[g] = true
	for !over.Load() && !begin(i) {
		mu.Unlock()
		time.Sleep(200 * time.Microsecond)
		lock()
	}
	delete(waits, g)
	delete(seen, g)
}

func begin(i int) bool {
	limit := patience
	if now+1 < len(turns) {
		limit += turns[now+1].slack
	}
	if looked++; looked > looks && time.Since(progress) > limit {
		giveUp()
		return false
	}
	if i != now+1 || !quiet(turns[now].g) {
		return false
	}
	if i == len(turns) {
		over.Store(true)
		return true
	}
	for _, g := range turns[i].settle {
		if !quiet(g) {
			return false
		}
	}
	if turns[i].pause > 0 && paused != i {
		paused = i
		progress, looked = time.Now().Add(turns[i].pause), 0
		mu.Unlock()
		time.Sleep(turns[i].pause)
		lock()
		return begin(i)
	}
	now, progress, looked = i, time.Now(), 0
	return true
}

func giveUp() {
	over.Store(true)
	if now+1 < len(turns) {
		t := turns[now+1]
		fmt.Fprintf(os.Stderr, "goknotorder: turn %d of %d, %s at %s, does not come: the order is given up\n",
			now+2, len(turns), goroutines[t.g].path, sites[t.site])
	}
}

// quiet: g waits for a turn, is blocked, or has ended. Who is blocked for a moment only, inside a function of the
// standard library, is found somewhere else by the second look.
func quiet(g int) bool {
	if waits[g] {
		return true
	}
	all := dump()
	adopt(all)
	for _, b := range all {
		if i, ok := known[b.id]; !ok || i != g {
			continue
		}
		if !b.blocked() {
			delete(seen, g)
			return false
		}
		s, ok := seen[g]
		if !ok || s.state != b.text {
			seen[g] = quietness{b.text, time.Now()}
			return false
		}
		return time.Since(s.at) > time.Millisecond
	}
	return true
}

// end is the test's last cleanup: what is left of the order runs, then those that leak must be gone.
func end(errorf func(string, ...any)) {
	lock()
	defer mu.Unlock()
	wait(0, len(turns))
	var left []block
	for deadline := time.Now().Add(patience); len(leaks) > 0 && time.Now().Before(deadline); {
		if left = leaked(); len(left) == 0 {
			return
		}
		mu.Unlock()
		time.Sleep(20 * time.Millisecond)
		lock()
	}
	for _, b := range left {
		errorf("leak: goroutine %s is blocked for ever [%s]:\n%s", goroutines[known[b.id]].path, b.state, b.text)
	}
}

func leaked() (left []block) {
	all := dump()
	adopt(all)
	for _, b := range all {
		g, ok := known[b.id]
		for _, l := range leaks {
			if ok && l == g && b.blocked() {
				left = append(left, b)
			}
		}
	}
	return left
}

// block is one goroutine of a dump.
type block struct {
	id, state     string
	text          string // its frames
	parent        string // id of who created it, "" = unknown
	creator, file string // by which function, and "a.go:11"
}

func (b block) blocked() bool {
	for _, s := range []string{"running", "runnable", "syscall", "GC ", "copystack", "preempted", "force gc"} {
		if strings.HasPrefix(b.state, s) {
			return false
		}
	}
	return true
}

func parse(text string) block {
	head, frames, _ := strings.Cut(text, "\n")
	_, rest, _ := strings.Cut(head, "goroutine ")
	b := block{text: frames}
	b.id, rest, _ = strings.Cut(rest, " ")
	_, rest, _ = strings.Cut(rest, "[")
	b.state, _, _ = strings.Cut(rest, "]")
	b.state, _, _ = strings.Cut(b.state, ",")
	if _, created, ok := strings.Cut("\n"+frames, "\ncreated by "); ok {
		first, second, _ := strings.Cut(created, "\n")
		b.creator, b.parent, _ = strings.Cut(first, " in goroutine ")
		place, _, _ := strings.Cut(strings.TrimSpace(second), " +0x")
		b.file = place[strings.LastIndexByte(place, '/')+1:]
	}
	return b
}

func stacks(all bool) string {
	for n := 1 << 14; ; n *= 2 {
		buf := make([]byte, n)
		if got := runtime.Stack(buf, all); got < n {
			return strings.TrimRight(string(buf[:got]), "\n")
		}
	}
}

func self() block { return parse(stacks(false)) }

func dump() (list []block) {
	for _, text := range strings.Split(stacks(true), "\n\n") {
		list = append(list, parse(text))
	}
	return list
}

// who is the number of the goroutine that calls; false: it is none of those that take turns.
func who() (int, bool) {
	var head [64]byte
	id := parse(string(head[:runtime.Stack(head[:], false)])).id
	if g, ok := known[id]; ok {
		return g, true
	}
	adopt(dump())
	g, ok := known[id]
	return g, ok
}

// adopt finds out which goroutines of the table the new ones are. A parent has a lower number than its children.
func adopt(all []block) {
	byID := make(map[string]block, len(all))
	for _, b := range all {
		byID[b.id] = b
	}
	taken := make(map[int]bool, len(known))
	for _, g := range known {
		taken[g] = true
	}
	for again := true; again; {
		again = false
		for _, b := range all {
			if _, ok := known[b.id]; ok {
				continue
			}
			p, ok := known[b.parent]
			for g, x := range goroutines {
				if ok && !taken[g] && x.parent == p && x.matches(b) {
					known[b.id], taken[g], again = g, true, true
					break
				}
			}
		}
	}
}

func (x goroutine) matches(b block) bool {
	if x.site >= 0 && last[x.parent] != (spawn{x.site, x.ordinal}) {
		return false
	}
	return x.created == b.file || strings.HasPrefix(b.creator, x.created)
}
