#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What the Go runtime's own functions are entered for is what the events tell, in constructs that the bundled programs do not
# have: the standard library's own goroutines, reflection, timers, coroutines, statements over several lines, deferred and promoted
# methods, stacks that grow.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

goknot doctor
if ! grep -q '^ok *eBPF probe' out; then
	skip "the runtime's own functions" "$(grep 'eBPF probe' out | sed 's/^limited *eBPF probe *//')"
	done_testing
	exit
fi

module wide example.org/wide
cat >wide/w_test.go <<'GO'
package wide

import (
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type box struct {
	sync.Mutex
	rw   sync.RWMutex
	n    int
	done chan struct{}
}

func (b *box) add(k int) {
	b.Lock()
	defer b.Unlock()
	b.n += k
}

func TestLocks(t *testing.T) {
	b := &box{done: make(chan struct{})}
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			b.add(i)
			b.rw.RLock()
			_ = b.n
			b.rw.RUnlock()
			b.rw.Lock()
			b.n++
			b.rw.Unlock()
			if b.TryLock() {
				b.Unlock()
			}
		}()
	}
	wg.Wait()
	var l sync.Locker = b.rw.RLocker()
	l.Lock()
	l.Unlock()
	l = b
	l.Lock()
	l.Unlock()
}

func TestCond(t *testing.T) {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	ready := 0
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		f := wg.Done
		go func() {
			mu.Lock()
			for ready == 0 {
				c.Wait()
			}
			mu.Unlock()
			f()
		}()
	}
	mu.Lock()
	ready = 1
	c.Signal()
	c.Broadcast()
	mu.Unlock()
	wg.Wait()
}

func gen[T any](n int, v T) <-chan T {
	c := make(chan T)
	go func() {
		defer close(c)
		for range n {
			c <- v
		}
	}()
	return c
}

func TestRanges(t *testing.T) {
	for range 3 {
		for v := range gen(2, "x") {
			_ = v
		}
	}
	c := gen(3, 1)
	for v := range c {
		if v == 1 {
			break
		}
	}
	<-c
	<-c
	_, ok := <-c
	_ = ok
	for range c {
	}
	for i := 0; i < 3; i++ {
		for range c {
		}
		<-c
	}
}

func TestMultiLine(t *testing.T) {
	c := make(chan func(
		int) int, 2)
	c <- func(
		x int) int {
		return x
	}
	f := func(a,
		b int) chan int {
		return make(chan int, 3)
	}
	f(1,
		2) <- 3
	d := f(
		1,
		2)
	d <- len(
		"abc")
	_ = []int{
		1,
		<-d,
	}
	(<-c)(
		3)
	select {
	case d <- func() int {
		return 3
	}():
	case x :=
		<-f(1,
			2):
		_ = x
	}
	select {
	case d <- 1:
	default:
	}
	select {
	case <-d:
	default:
	}
	var wg sync.WaitGroup
	wg.
		Add(1)
	go func() {
		defer func() {
			wg.Done()
		}()
	}()
	wg.
		Wait()
	close(
		d)
}

func TestTimers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	ctx2, cancel2 := context.WithCancel(ctx)
	defer cancel2()
	stop := context.AfterFunc(ctx2, func() {})
	defer stop()
	done := make(chan int)
	time.AfterFunc(time.Millisecond, func() { done <- 1 })
	<-done
	tk := time.NewTicker(time.Millisecond)
	<-tk.C
	tk.Stop()
	tm := time.NewTimer(time.Hour)
	tm.Stop()
	select {
	case <-time.After(time.Millisecond):
	case <-ctx2.Done():
	}
	time.Sleep(time.Millisecond)
	<-ctx.Done()
}

func TestMixed(t *testing.T) {
	var once sync.Once
	var m sync.Map
	var n atomic.Int32
	p := sync.Pool{New: func() any { return 1 }}
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			once.Do(func() { n.Add(1) })
			m.Store(i, i)
			m.Range(func(k, v any) bool { return true })
			p.Put(p.Get())
			runtime.Gosched()
		}()
	}
	wg.Wait()
	f := sync.OnceValue(func() int { return 1 })
	f()
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := range 3 {
			if !yield(i) {
				return
			}
		}
	})
	next()
	next()
	stop()
	go func() {
		defer wgDone(nil)
		runtime.Goexit()
	}()
	func() {
		defer func() { recover() }()
		var c chan int
		close(c)
	}()
	func() {
		defer func() { recover() }()
		c := make(chan int)
		close(c)
		c <- 1
	}()
}

func wgDone(wg *sync.WaitGroup) {}

func TestReflect(t *testing.T) {
	c := make(chan int, 2)
	v := reflect.ValueOf(c)
	v.Send(reflect.ValueOf(1))
	v.TrySend(reflect.ValueOf(1))
	v.Recv()
	v.TryRecv()
	reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: v}, {Dir: reflect.SelectDefault}})
	v.Close()
}

func TestNet(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") }))
	defer s.Close()
	r, err := s.Client().Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	io.ReadAll(r.Body)
	r.Body.Close()
	a, b := net.Pipe()
	go func() { a.Write([]byte("x")); a.Close() }()
	io.ReadAll(b)
}

func TestExec(t *testing.T) {
	if err := exec.Command("true").Run(); err != nil && !errors.Is(err, exec.ErrNotFound) {
		t.Fatal(err)
	}
}

func TestParallel(t *testing.T) {
	for range 3 {
		t.Run("a", func(t *testing.T) {
			t.Parallel()
			c := make(chan int)
			go func() { c <- 1 }()
			<-c
		})
	}
}

func TestGC(t *testing.T) {
	c := make(chan int, 4)
	for range 4 {
		go func() { c <- 1; c = c }()
	}
	runtime.GC()
	for range 4 {
		<-c
		d := make(chan int, 1)
		d <- 1
		runtime.GC()
		<-d
	}
}

type pair struct{ c chan chan int }

func deep(n int, c chan int) int {
	var a [200]int
	if n == 0 {
		c <- a[n]
		return <-c
	}
	return deep(n-1, c) + a[n%200]
}

func TestDeepStack(t *testing.T) {
	c := make(chan int, 1)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			deep(50, c)
		}()
	}
	wg.Wait()
	p := pair{make(chan chan int, 1)}
	p.c <- c
	(<-p.c) <- 1
	c2 := make(chan int)
	go func() { c2 <- <-c }()
	<-c2
	go func() {
		select {}
	}()
}
GO
for sched in controlled native; do
	goknot fuzz -C wide -o "$work/$sched" -json -quiet -parallel 1 -seed 3 -fuzzminimizetime 0s -sched "$sched" -audit 1 -fuzztime 132x
	expect "$sched: no difference: $(cat out)" test "$(events summary '.[0] | .runtime_checks + .runtime_checks_unknown >= 132 and
		.runtime_checks_unknown < 5 and .runtime_checks_same == .runtime_checks and .runtime_pairs > 10 * .runtime_checks')" = true
done
done_testing
