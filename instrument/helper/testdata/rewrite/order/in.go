// SPDX-License-Identifier: BSD-2-Clause

package main

import "fmt"

func trace[T any](name string, v T) T {
	fmt.Println(name)
	return v
}

func pick(name string, list []chan int, i int) chan int {
	return trace(name, list[i])
}

func main() {
	chans := []chan int{make(chan int, 9), make(chan int, 9)}
	m := map[string]int{}
	pick("chan", chans, 0) <- trace("value", 1)
	m[trace("key", "k")] = <-pick("from", chans, 0)
	m[trace("key", "l")], m[trace("key", "m")] = trace("a", 1), trace("b", 2)
	chans[trace("i", 1)] <- trace("x", 2) + trace("y", 3)
	chans[1] <- <-pick("in", chans, 1)
	go func(a, b int) {}(trace("first", 1), trace("second", 2))
	defer close(pick("deferred", chans, 0))
	for i := range trace("bound", 2) {
		_ = i
	}
	for v := range func() chan int { c := pick("range", chans, 1); close(c); return c }() {
		fmt.Println(v)
	}
	fmt.Println(trace("l", 1), <-func() chan int { chans[0] <- 5; return pick("m", chans, 0) }(), trace("n", 2), len(m))
}
