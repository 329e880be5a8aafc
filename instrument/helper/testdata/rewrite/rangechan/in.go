// SPDX-License-Identifier: BSD-2-Clause

package main

import "fmt"

type pipe chan int

func gen(n int) <-chan int {
	ch := make(chan int, n)
	for i := range n {
		ch <- i
	}
	close(ch)
	return ch
}

func sum[C ~chan int | ~<-chan int](ch C) (s int) {
	for v := range ch { s += v }
	return s
}

func main() {
	for v := range gen(3) {
		fmt.Print(v)
	}
	for range gen(2) {
	}
	var v int
	for v = range (gen(4)) { fmt.Print(v); continue }
	for i, c := range "ab" {
		fmt.Print(i, c)
	}
	for f := range func(yield func(int) bool) { yield(1) } {
		fmt.Print(f)
	}
	p := make(pipe, 1)
	p <- 5
	close(p)
	fmt.Println(sum(p), sum(gen(3)))
}
