// SPDX-License-Identifier: BSD-2-Clause

package main

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
	case v, ok := <-ch:
		return v, ok
	default:
		return -1, false
	}
}

func forever() {
	select {}
}

func main() {
	in, out := make(chan int, 4), make(chan int, 4)
	in <- 1
	var arr [3]int
	select {
	case v := <-say("a", nil):
		fmt.Println("v", v)
	case say("b", nil) <- val("c", 3):
	case arr[val("index", 1)] = <-say("d", in): // assigned only when chosen
		fmt.Println(arr)
	case (<-time.After(time.Hour)):
	}
	fmt.Println(poll(in))
	select {
	case out <- 1:
	}
	select { case out <- 2: default: }
	select { case <-out:fmt.Println("no space"); case <-in: }
	nested := make(chan chan int, 1)
	nested <- out
	select {
	case v := <-<-nested:
		fmt.Println("nested", v)
	default:
	}
	n := 0
loop:
	for {
		select {
		case out <- n:
			n++
		default:
			break loop
		}
	}
outer:
	select {
	case v := <-out:
		if v >= 0 {
			break outer
		}
		fmt.Println("not reached")
	}
	var bools = make(chan bool, 1)
	select {
	case bools <- n == 3:
		select {
		case b := <-bools:
			fmt.Println("inner", b)
		}
	}
	if false {
		forever()
	}
	switch {
	case n > 0:
		select {
		case <-in:
		default:
			fmt.Println("default")
		}
	}
}
