//line /src/forms/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"; import goknot_hook_sync "sync"

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

func (p pipe[T, C]) get() T { return goknot_hook.EV(2390701289, 5, <-goknot_hook.P(2390701289, 5, p.c)) }

func (p pipe[T, C]) put(v T) { p.c <- goknot_hook.P(940744268, 4, v); goknot_hook.E(940744268, 4) }

func say(word string, n int) int { fmt.Print(word, n, " "); return n }

func from(word string, ch chan int) chan int { fmt.Print(word, " "); return ch }

func fill(ns ...int) chan int {
	ch := make(chan int, 64)
	for _, n := range ns {
		ch <- goknot_hook.P(3395941504, 4, n); goknot_hook.E(3395941504, 4)
	}
	return ch
}

func both(ch chan int) (int, int) { return goknot_hook.EV(3964563222, 5, <-goknot_hook.P(3964563222, 5, ch)), goknot_hook.EV(3981340841, 5, <-goknot_hook.P(3981340841, 5, ch)) }

func named(ch chan int) (n int, err error) {
	defer func() { n += <-goknot_hook.P(1632563927, 5, ch); goknot_hook.E(1632563927, 5) }()
	n = <-goknot_hook.P(977315995, 5, ch); goknot_hook.E(977315995, 5)
	return n * 10, nil
}

func seq(ch chan int, n int) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for i := range n {
			if !yield(i, goknot_hook.EV(2771005738, 5, <-goknot_hook.P(2771005738, 5, ch))) {
				goknot_hook.P(375484004, 4, ch) <- -1; goknot_hook.E(375484004, 4)
				return
			}
		}
	}
}

func kind(ch chan any) string {
	switch v := (goknot_hook.EV(20387548, 5, <-goknot_hook.P(20387548, 5, ch))).(type) {
	case int, string:
		return fmt.Sprintf("%T", v)
	case chan int:
		return fmt.Sprint(goknot_hook.EV(4105457981, 5, <-goknot_hook.P(4105457981, 5, v)))
	}
	return "none"
}

var global, pair = fill(7, 8), fill(9)

var first = goknot_hook.EV(1753121928, 5, <-goknot_hook.P(1753121928, 5, global))

func expressions() {
	ch := fill(1, 2, 3, 4, 5, 6, 7, 8, 9)
	b := box{v: goknot_hook.EV(3517799619, 5, <-goknot_hook.P(3517799619, 5, ch)), m: map[int]int{goknot_hook.EV(3501022000, 5, <-goknot_hook.P(3501022000, 5, ch)): goknot_hook.EV(3551354857, 5, <-goknot_hook.P(3551354857, 5, ch))}, ch: fill(goknot_hook.EV(3534577238, 5, <-goknot_hook.P(3534577238, 5, ch)))}
	fmt.Println(b.v, b.m, goknot_hook.EV(514192542, 5, <-goknot_hook.P(514192542, 5, b.ch)), []int{goknot_hook.EV(530970161, 5, <-goknot_hook.P(530970161, 5, ch)), 1: goknot_hook.EV(480637304, 5, <-goknot_hook.P(480637304, 5, ch))}, [...]box{{v: goknot_hook.EV(497414923, 5, <-goknot_hook.P(497414923, 5, ch))}}[0].v)
	arr := []int{10, 20, 30, 40, 50}
	idx := fill(1, 3, 0, 2, 1, 1)
	fmt.Println(arr[goknot_hook.EV(3217977367, 5, <-goknot_hook.P(3217977367, 5, idx)):goknot_hook.EV(3201199748, 5, <-goknot_hook.P(3201199748, 5, idx))], arr[goknot_hook.EV(3251532605, 5, <-goknot_hook.P(3251532605, 5, idx))], len(arr[goknot_hook.EV(3234754986, 5, <-goknot_hook.P(3234754986, 5, idx)):]))
	arr[goknot_hook.EV(995733714, 5, <-goknot_hook.P(995733714, 5, idx))] += <-goknot_hook.P(1012511333, 5, ch); goknot_hook.E(1012511333, 5)
	arr[goknot_hook.EV(1607933637, 5, <-goknot_hook.P(1607933637, 5, idx))]++
	fmt.Println(arr, -goknot_hook.EV(3051998760, 5, <-goknot_hook.P(3051998760, 5, ch)), !(goknot_hook.EV(3068776379, 5, <-goknot_hook.P(3068776379, 5, fill(0))) == 0), 1<<goknot_hook.EV(3085553998, 5, <-goknot_hook.P(3085553998, 5, fill(3))))
	x, y := goknot_hook.EV(500532955, 5, <-goknot_hook.P(500532955, 5, fill(1))), goknot_hook.EV(483755336, 5, <-goknot_hook.P(483755336, 5, fill(2)))
	x, y = y+goknot_hook.EV(2977426655, 5, <-goknot_hook.P(2977426655, 5, fill(10))), x+goknot_hook.EV(2960649036, 5, <-goknot_hook.P(2960649036, 5, fill(20)))
	var u, v = goknot_hook.EV(2060550140, 5, <-goknot_hook.P(2060550140, 5, fill(3))), goknot_hook.EV(2077327759, 5, <-goknot_hook.P(2077327759, 5, fill(4)))
	fmt.Println(x, y, u, v)
	cc := make(chan chan int, 1)
	cc <- goknot_hook.P(3479723788, 4, fill(42)); goknot_hook.E(3479723788, 4)
	fmt.Println(goknot_hook.EV(3352715864, 5, <-goknot_hook.P(3352715864, 5, goknot_hook.EV(3369493483, 5, <-goknot_hook.P(3369493483, 5, cc)))))
	ch <- goknot_hook.P(1040860322, 4, goknot_hook.EV(634713513, 5, <-goknot_hook.P(634713513, 5, fill(5)))); goknot_hook.E(1040860322, 4)
	fmt.Println(say("a", goknot_hook.EV(4074427014, 5, <-goknot_hook.P(4074427014, 5, from("x", fill(1)))))+say("b", goknot_hook.EV(4091204633, 5, <-goknot_hook.P(4091204633, 5, from("y", fill(2)))))*say("c", goknot_hook.EV(4040871776, 5, <-goknot_hook.P(4040871776, 5, from("z", fill(3))))))
	fmt.Println(both(fill(1, 2)))
	fmt.Println(named(fill(4, 2)))
	fmt.Println(func(c <-chan int) int { return goknot_hook.EV(3247788778, 5, <-goknot_hook.P(3247788778, 5, c)) }(fill(6)), (<-chan int)(fill(8)) != nil, str.Repeat("-", goknot_hook.EV(3264566397, 5, <-goknot_hook.P(3264566397, 5, fill(3)))))
	p := pipe[int, chan int]{fill()}
	p.put(goknot_hook.EV(215486924, 5, <-goknot_hook.P(215486924, 5, fill(2))))
	get := p.get
	fmt.Println(get(), first, goknot_hook.EV(2208575446, 5, <-goknot_hook.P(2208575446, 5, pair)))
	fs := make(chan func(int) int, 1)
	fs <- goknot_hook.P(3848351511, 4, func(n int) int { return n + goknot_hook.EV(4005564840, 5, <-goknot_hook.P(4005564840, 5, fill(n))) }); goknot_hook.E(3848351511, 4)
	fmt.Println((goknot_hook.EV(1454099035, 5, <-goknot_hook.P(1454099035, 5, fs)))(4))
	any := make(chan any, 4)
	goknot_hook.P(2988434878, 4, any) <- 1; goknot_hook.E(2988434878, 4)
	goknot_hook.P(402287075, 4, any) <- "s"; goknot_hook.E(402287075, 4)
	any <- goknot_hook.P(4197449176, 4, fill(5)); goknot_hook.E(4197449176, 4)
	goknot_hook.P(1603337353, 4, any) <- nil; goknot_hook.E(1603337353, 4)
	fmt.Println(kind(any), kind(any), kind(any), kind(any))
}

func statements() {
	ch := fill(1, 2, 3, 4, 5, 6, 7, 8, 9, 0)
	if n := goknot_hook.EV(2210926204, 5, <-goknot_hook.P(2210926204, 5, ch)); n > 1 {
	} else if m, ok := <-goknot_hook.P(3127802719, 5, ch); ok && m == goknot_hook.EV(3111025100, 5, <-goknot_hook.P(3111025100, 5, fill(2))) {
		fmt.Println("if", n, m)
	}
	for n := goknot_hook.EV(2634440227, 5, <-goknot_hook.P(2634440227, 5, ch)); n < 6; n = goknot_hook.EV(2617662608, 5, <-goknot_hook.P(2617662608, 5, ch)) {
		fmt.Print(n, " ")
	}
	switch n := goknot_hook.EV(345339826, 5, <-goknot_hook.P(345339826, 5, ch)); goknot_hook.EV(362117445, 5, <-goknot_hook.P(362117445, 5, fill(7))) {
	case goknot_hook.EV(207871095, 5, <-goknot_hook.P(207871095, 5, fill(6))), n:
		fmt.Println("switch", n)
		fallthrough
	default:
		fmt.Println("default")
	}
	out := fill()
	for i := 0; i < 2; i, _ = i+1, say("p", i) {
		out <- goknot_hook.P(2945683197, 4, i); goknot_hook.E(2945683197, 4)
	}
	for ; len(out) < 4; out <- goknot_hook.P(180543319, 4, len(out)) {
	}
	defer fmt.Println("deferred", goknot_hook.EV(2576458898, 5, <-goknot_hook.P(2576458898, 5, ch)))
	defer func(n int) { out <- goknot_hook.P(3615593982, 4, n); goknot_hook.E(3615593982, 4); close(goknot_hook.P(498887520, 6, out)); goknot_hook.E(498887520, 6) }(goknot_hook.EV(3188658821, 5, <-goknot_hook.P(3188658821, 5, ch)))
	var wg sync.WaitGroup
	goknot_hook.P(3592190148, 18, &wg).Add(1); goknot_hook.E(3592190148, 18)
	goknot_hook.B(2192081210, 26); go func(n int) { defer goknot_hook.DM(3916890820, 19, (*goknot_hook_sync.WaitGroup).Done, &wg); fmt.Println("go", n, goknot_hook.EV(2058032077, 5, <-goknot_hook.P(2058032077, 5, fill(n)))) }(goknot_hook.EV(2041254458, 5, <-goknot_hook.P(2041254458, 5, ch))); goknot_hook.A(2192081210, 26)
	goknot_hook.P(1563963245, 20, &wg).Wait(); goknot_hook.E(1563963245, 20)
	for i, v := range seq(fill(5, 6, 7), 3) {
		defer fmt.Println("range over func", i, v, goknot_hook.EV(3979874968, 5, <-goknot_hook.P(3979874968, 5, fill(v))))
		if v == 6 {
			break
		}
	}
	n := 0
again:
	if n++; n < 3 {
		select {
		case <-goknot_hook.S(764652934, 843891564, 10, fill(n)): goknot_hook.A(843891564, 10);
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
		case arr[say("i", 1)], m["ok"] = <-goknot_hook.S(3229761489, 523119379, 10, fill(3)): goknot_hook.A(523119379, 10);
			fmt.Println(arr, m)
		case goknot_hook.P(3884583878, 9, none) <- say("sent", 1): goknot_hook.A(3884583878, 9);
		case <-goknot_hook.P(3965675066, 10, none): goknot_hook.A(3965675066, 10);
		}
	}
	to := make(chan int, 1)
outer:
	for i := range 4 {
		select {
		case goknot_hook.S(600825114, 598631987, 9, to) <- goknot_hook.EV(1295288980, 5, <-goknot_hook.P(1295288980, 5, fill(i))): goknot_hook.A(598631987, 9);
			select {
			case v := <-goknot_hook.S(3243725604, 126180694, 10, to): goknot_hook.A(126180694, 10);
				if v == 1 {
					continue outer
				}
				if v == 2 {
					break outer
				}
			default: goknot_hook.A(66506803, 11);
			}
		case _ = <-goknot_hook.P(4092468994, 10, none): goknot_hook.A(4092468994, 10);
		}
		fmt.Println("round", i)
	}
	switch {
	default:
		select {
		default: goknot_hook.A(709113863, 11);
			fmt.Println("nothing")
		case goknot_hook.S(685591298, 406703677, 9, none) <- 1: goknot_hook.A(406703677, 9);
		}
	}
	func() {
		defer func() { fmt.Println(recover()) }()
		close(goknot_hook.P(1573002679, 6, none)); goknot_hook.E(1573002679, 6)
	}()
}

func main() {
	expressions()
	statements()
	selects()
}
