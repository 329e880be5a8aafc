// SPDX-License-Identifier: BSD-2-Clause

package goknotorder

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// test stands for the test that is held to an order; its cleanups run when what ordered returns is called.
type test struct {
	cleanups []func()
	said     []string
}

func (t *test) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

func (t *test) Errorf(format string, args ...any) {
	t.said = append(t.said, fmt.Sprintf(format, args...))
}

// ordered forgets everything and starts an order.
func ordered(t *test, gs []goroutine, ts []turn, left ...int) (end func()) {
	over.Store(false)
	started, now = false, 0
	goroutines, turns, leaks, sites = gs, ts, left, []string{"a.go:0", "a.go:1", "a.go:2", "a.go:3"}
	Start(t)
	return func() {
		for _, f := range t.cleanups {
			f()
		}
	}
}

// here is the position of a go statement so many lines below.
func here(below int) string {
	b := parse(stacks(false))
	frames := strings.Split(b.text, "\n")
	for i, f := range frames {
		if strings.Contains(f, "goknotorder.here(") {
			place := strings.Fields(frames[i+3])[0]
			var line int
			name, number, _ := strings.Cut(place[strings.LastIndexByte(place, '/')+1:], ":")
			fmt.Sscan(number, &line)
			return fmt.Sprintf("%s:%d", name, line+below)
		}
	}
	return ""
}

type journal struct {
	mu   sync.Mutex
	said []string
}

func (j *journal) add(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.said = append(j.said, s)
}

// Turns are kept whichever of the goroutines is the first, and siblings are told apart.
func TestTurns(t *testing.T) {
	for _, orders := range [][]int{{1, 2, 3}, {3, 2, 1}, {2, 3, 1}} {
		var fake test
		var j journal
		var wg sync.WaitGroup
		created := here(17)
		gs := []goroutine{{path: "T", parent: -1, site: -1}}
		ts := []turn{{}}
		for i := range 3 {
			gs = append(gs, goroutine{path: fmt.Sprint(i + 1), created: created, site: 0, ordinal: i})
		}
		for nth := 1; nth <= 2; nth++ {
			for _, g := range orders {
				ts = append(ts, turn{g: g, site: 1, nth: nth})
			}
		}
		end := ordered(&fake, gs, ts)
		for i := 1; i <= 3; i++ {
			wg.Add(1)
			Go(0)
			go func() {
				defer wg.Done()
				At(1)
				j.add(fmt.Sprint(i, "a"))
				At(1)
				j.add(fmt.Sprint(i, "b"))
			}()
			At(0)
		}
		wg.Wait()
		end()
		var want []string
		for _, step := range []string{"a", "b"} {
			for _, g := range orders {
				want = append(want, fmt.Sprint(g, step))
			}
		}
		if !slices.Equal(j.said, want) || len(fake.said) > 0 {
			t.Errorf("order %v: %v %v", orders, j.said, fake.said)
		}
	}
}

// A turn is over when its goroutine is blocked in an operation.
func TestBlocked(t *testing.T) {
	var fake test
	var j journal
	ch, done := make(chan int), make(chan bool)
	created := here(4)
	end := ordered(&fake, []goroutine{{path: "T", parent: -1, site: -1}, {path: "1", created: created, site: -1}},
		[]turn{{}, {g: 1, site: 1, nth: 1}, {g: 0, site: 2, nth: 1}, {g: 1, site: 3, nth: 1}})
	started := time.Now()
	go func() {
		At(1)
		j.add("receives")
		<-ch
		At(3)
		j.add("has received")
		close(done)
	}()
	At(2)
	j.add("sends")
	ch <- 1
	j.add("has sent")
	<-done
	end()
	if got := strings.Join(j.said, ", "); got != "receives, sends, has sent, has received" {
		t.Error(got)
	}
	if took := time.Since(started); took > patience {
		t.Error("it took", took)
	}
}

// What never comes is not waited for any longer, and everything goes on.
func TestGivenUp(t *testing.T) {
	var fake test
	done := make(chan bool)
	created := here(4)
	end := ordered(&fake, []goroutine{{path: "T", parent: -1, site: -1}, {path: "1", created: created, site: -1}},
		[]turn{{}, {g: 1, site: 1, nth: 1}, {g: 0, site: 2, nth: 1}})
	started := time.Now()
	go func() { <-done }()
	At(2)
	close(done)
	At(2)
	end()
	if took := time.Since(started); took < patience || took > 5*patience {
		t.Error("it took", took)
	}
	if !over.Load() || len(fake.said) > 0 {
		t.Error(over.Load(), fake.said)
	}
}

func TestPause(t *testing.T) {
	var fake test
	var fired atomic.Bool
	timer := time.AfterFunc(50*time.Millisecond, func() { fired.Store(true) })
	defer timer.Stop()
	end := ordered(&fake, []goroutine{{path: "T", parent: -1, site: -1}}, []turn{{}, {g: 0, site: 2, nth: 1, pause: 80 * time.Millisecond}})
	At(2)
	if !fired.Load() {
		t.Error("the timer has not fired")
	}
	end()
}

// Who leaks is told of, with its stack; who only is slow is not.
func TestLeak(t *testing.T) {
	var fake test
	ch := make(chan int)
	created := here(6)
	gs := []goroutine{{path: "T", parent: -1, site: -1}, {path: "T/a.go:9#0", created: created, site: -1}}
	for _, wanted := range []bool{true, false} {
		fake = test{}
		end := ordered(&fake, gs, []turn{{}, {g: 1, site: 1, nth: 1}}, 1)
		go func() {
			At(1)
			<-ch
		}()
		if !wanted {
			time.AfterFunc(100*time.Millisecond, func() { ch <- 1 })
		}
		end()
		if wanted && (len(fake.said) != 1 || !strings.HasPrefix(fake.said[0], "leak: goroutine T/a.go:9#0 is blocked for ever [chan receive") ||
			!strings.Contains(fake.said[0], "order_test.go:")) {
			t.Error(fake.said)
		}
		if !wanted && len(fake.said) > 0 {
			t.Error(fake.said)
		}
		if wanted {
			ch <- 1
		}
	}
}

// The forms of a goroutine's first line that releases of Go have, and who created it.
func TestParse(t *testing.T) {
	b := parse("goroutine 22 [chan receive, 2 minutes, locked to thread]:\nmain.f()\n\t/a/b.go:3 +0x1\ncreated by main.(*T).g in goroutine 7\n\t/x y/c.go:11 +0x2d")
	if b.id != "22" || b.state != "chan receive" || b.parent != "7" || b.creator != "main.(*T).g" || b.file != "c.go:11" {
		t.Errorf("%+v", b)
	}
	b = parse("goroutine 1 gp=0xc000002380 m=0 mp=0x5 [select (no cases)]:\nmain.main()\n\t/a.go:3 +0x1")
	if b.id != "1" || b.state != "select (no cases)" || b.parent != "" {
		t.Errorf("%+v", b)
	}
	for state, want := range map[string]bool{"running": false, "runnable": false, "GC assist wait": false, "syscall": false,
		"chan send": true, "sync.Mutex.Lock": true, "sleep": true, "chan receive (leaked)": true} {
		if got := (block{state: state}).blocked(); got != want {
			t.Errorf("%s: %v", state, got)
		}
	}
}
