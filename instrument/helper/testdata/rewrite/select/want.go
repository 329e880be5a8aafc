//line /src/select/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

import (
	"fmt"
	"time"
)

func say(s string, ch chan int) chan int {
	fmt.Print(s, " ")
	return ch
}

func val(s string, n int) int {
	fmt.Print(s, " ")
	return n
}

func poll(ch chan int) (int, bool) {
	select {
	case v, ok := <-goknot_hook.S(2103316057, 780971083, 10, ch): goknot_hook.A(780971083, 10);
		return v, ok
	default: goknot_hook.A(3702788668, 11);
		return -1, false
	}
}

func forever() {
	goknot_hook.B(4264451759, 8); select {}
}

func main() {
	in, out := make(chan int, 4), make(chan int, 4)
	goknot_hook.P(1222427932, 4, in) <- 1; goknot_hook.E(1222427932, 4)
	var arr [3]int
	select {
	case v := <-goknot_hook.S(4231160102, 855481831, 10, say("a", nil)): goknot_hook.A(855481831, 10);
		fmt.Println("v", v)
	case goknot_hook.P(3284624412, 9, say("b", nil)) <- val("c", 3): goknot_hook.A(3284624412, 9);
	case arr[val("index", 1)] = <-goknot_hook.P(3545559419, 10, say("d", in)): goknot_hook.A(3545559419, 10); // assigned only when chosen
		fmt.Println(arr)
	case (<-goknot_hook.P(1748570025, 10, time.After(time.Hour))): goknot_hook.A(1748570025, 10);
	}
	fmt.Println(poll(in))
	select {
	case goknot_hook.S(2120628674, 2344070577, 9, out) <- 1: goknot_hook.A(2344070577, 9);
	}
	select { case goknot_hook.S(3544131227, 1722702527, 9, out) <- 2: goknot_hook.A(1722702527, 9); default: goknot_hook.A(3179166591, 11); }
	select { case <-goknot_hook.S(825763065, 253883769, 10, out): goknot_hook.A(253883769, 10);fmt.Println("no space"); case <-goknot_hook.P(203550912, 10, in): goknot_hook.A(203550912, 10); }
	nested := make(chan chan int, 1)
	nested <- goknot_hook.P(1509727636, 4, out); goknot_hook.E(1509727636, 4)
	select {
	case v := <-goknot_hook.S(2113381664, 1276319482, 10, goknot_hook.EV(1293097101, 5, <-goknot_hook.P(1293097101, 5, nested))): goknot_hook.A(1276319482, 10);
		fmt.Println("nested", v)
	default: goknot_hook.A(2053405915, 11);
	}
	n := 0
loop:
	for {
		select {
		case goknot_hook.S(1457071349, 3894758432, 9, out) <- n: goknot_hook.A(3894758432, 9);
			n++
		default: goknot_hook.A(714972168, 11);
			break loop
		}
	}
outer:
	select {
	case v := <-goknot_hook.S(1542879501, 1382344464, 10, out): goknot_hook.A(1382344464, 10);
		if v >= 0 {
			break outer
		}
		fmt.Println("not reached")
	}
	var bools = make(chan bool, 1)
	select {
	case goknot_hook.S(1729653786, 2894785431, 9, bools) <- n == 3: goknot_hook.A(2894785431, 9);
		select {
		case b := <-goknot_hook.S(3110496528, 3010981893, 10, bools): goknot_hook.A(3010981893, 10);
			fmt.Println("inner", b)
		}
	}
	if false {
		forever()
	}
	switch {
	case n > 0:
		select {
		case <-goknot_hook.S(1941423159, 3214233540, 10, in): goknot_hook.A(3214233540, 10);
		default: goknot_hook.A(4142753676, 11);
			fmt.Println("default")
		}
	}
}
