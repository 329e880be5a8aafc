// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"iter"
	str "strings"
	"sync"
)

type box struct {
	v  int
	ch chan int
	m  map[int]int
}

type pipe[T any, C ~chan T] struct{ c C }

func (p pipe[T, C]) get() T { return <-p.c }

func (p pipe[T, C]) put(v T) { p.c <- v }

func say(word string, n int) int { fmt.Print(word, n, " "); return n }

func from(word string, ch chan int) chan int { fmt.Print(word, " "); return ch }

func fill(ns ...int) chan int {
	ch := make(chan int, 64)
	for _, n := range ns {
		ch <- n
	}
	return ch
}

func both(ch chan int) (int, int) { return <-ch, <-ch }

func named(ch chan int) (n int, err error) {
	defer func() { n += <-ch }()
	n = <-ch
	return n * 10, nil
}

func seq(ch chan int, n int) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := range n {
			if !yield(i, <-ch) {
				ch <- -1
				return
			}
		}
	}
}

func kind(ch chan any) string {
	switch v := (<-ch).(type) {
	case int, string:
		return fmt.Sprintf("%T", v)
	case chan int:
		return fmt.Sprint(<-v)
	}
	return "none"
}

var global, pair = fill(7, 8), fill(9)

var first = <-global

func expressions() {
	ch := fill(1, 2, 3, 4, 5, 6, 7, 8, 9)
	b := box{v: <-ch, m: map[int]int{<-ch: <-ch}, ch: fill(<-ch)}
	fmt.Println(b.v, b.m, <-b.ch, []int{<-ch, 1: <-ch}, [...]box{{v: <-ch}}[0].v)
	arr := []int{10, 20, 30, 40, 50}
	idx := fill(1, 3, 0, 2, 1, 1)
	fmt.Println(arr[<-idx:<-idx], arr[<-idx], len(arr[<-idx:]))
	arr[<-idx] += <-ch
	arr[<-idx]++
	fmt.Println(arr, -<-ch, !(<-fill(0) == 0), 1<<<-fill(3))
	x, y := <-fill(1), <-fill(2)
	x, y = y+<-fill(10), x+<-fill(20)
	var u, v = <-fill(3), <-fill(4)
	fmt.Println(x, y, u, v)
	cc := make(chan chan int, 1)
	cc <- fill(42)
	fmt.Println(<-<-cc)
	ch <- <-fill(5)
	fmt.Println(say("a", <-from("x", fill(1)))+say("b", <-from("y", fill(2)))*say("c", <-from("z", fill(3))))
	fmt.Println(both(fill(1, 2)))
	fmt.Println(named(fill(4, 2)))
	fmt.Println(func(c <-chan int) int { return <-c }(fill(6)), (<-chan int)(fill(8)) != nil, str.Repeat("-", <-fill(3)))
	p := pipe[int, chan int]{fill()}
	p.put(<-fill(2))
	get := p.get
	fmt.Println(get(), first, <-pair)
	fs := make(chan func(int) int, 1)
	fs <- func(n int) int { return n + <-fill(n) }
	fmt.Println((<-fs)(4))
	any := make(chan any, 4)
	any <- 1
	any <- "s"
	any <- fill(5)
	any <- nil
	fmt.Println(kind(any), kind(any), kind(any), kind(any))
}

func statements() {
	ch := fill(1, 2, 3, 4, 5, 6, 7, 8, 9, 0)
	if n := <-ch; n > 1 {
	} else if m, ok := <-ch; ok && m == <-fill(2) {
		fmt.Println("if", n, m)
	}
	for n := <-ch; n < 6; n = <-ch {
		fmt.Print(n, " ")
	}
	switch n := <-ch; <-fill(7) {
	case <-fill(6), n:
		fmt.Println("switch", n)
		fallthrough
	default:
		fmt.Println("default")
	}
	out := fill()
	for i := 0; i < 2; i, _ = i+1, say("p", i) {
		out <- i
	}
	for ; len(out) < 4; out <- len(out) {
	}
	defer fmt.Println("deferred", <-ch)
	defer func(n int) { out <- n; close(out) }(<-ch)
	var wg sync.WaitGroup
	wg.Add(1)
	go func(n int) { defer wg.Done(); fmt.Println("go", n, <-fill(n)) }(<-ch)
	wg.Wait()
	for i, v := range seq(fill(5, 6, 7), 3) {
		defer fmt.Println("range over func", i, v, <-fill(v))
		if v == 6 {
			break
		}
	}
	n := 0
again:
	if n++; n < 3 {
		select {
		case <-fill(n):
			goto again
		}
	}
	fmt.Println(n)
}

func selects() {
	var none chan int
	arr, m := make([]int, 2), map[string]bool{}
	for range 2 {
		select {
		case arr[say("i", 1)], m["ok"] = <-fill(3):
			fmt.Println(arr, m)
		case none <- say("sent", 1):
		case <-none:
		}
	}
	to := make(chan int, 1)
outer:
	for i := range 4 {
		select {
		case to <- <-fill(i):
			select {
			case v := <-to:
				if v == 1 {
					continue outer
				}
				if v == 2 {
					break outer
				}
			default:
			}
		case _ = <-none:
		}
		fmt.Println("round", i)
	}
	switch {
	default:
		select {
		default:
			fmt.Println("nothing")
		case none <- 1:
		}
	}
	func() {
		defer func() { fmt.Println(recover()) }()
		close(none)
	}()
}

func main() {
	expressions()
	statements()
	selects()
}
