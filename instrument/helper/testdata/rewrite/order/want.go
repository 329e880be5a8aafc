//line /src/order/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

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
	pick("chan", chans, 0) <- goknot_hook.P(3518726294, 4, trace("value", 1)); goknot_hook.E(3518726294, 4)
	m[trace("key", "k")] = <-goknot_hook.P(2373923670, 5, pick("from", chans, 0)); goknot_hook.E(2373923670, 5)
	m[trace("key", "l")], m[trace("key", "m")] = trace("a", 1), trace("b", 2)
	chans[trace("i", 1)] <- goknot_hook.P(957521887, 4, trace("x", 2) + trace("y", 3)); goknot_hook.E(957521887, 4)
	chans[1] <- goknot_hook.P(2820835866, 4, goknot_hook.EV(813736344, 5, <-goknot_hook.P(813736344, 5, pick("in", chans, 1)))); goknot_hook.E(2820835866, 4)
	goknot_hook.B(1843502650, 26); go func(a, b int) {}(trace("first", 1), trace("second", 2)); goknot_hook.A(1843502650, 26)
	defer goknot_hook.DClose(3787097131, pick("deferred", chans, 0))
	for i := range trace("bound", 2) {
		_ = i
	}
	for v := range goknot_hook.P(773842318, 5, func() chan int { c := pick("range", chans, 1); close(goknot_hook.P(3942321887, 6, c)); goknot_hook.E(3942321887, 6); return c }()) { goknot_hook.A(773842318, 5);
		fmt.Println(v)
	}
	fmt.Println(trace("l", 1), goknot_hook.EV(708809258, 5, <-goknot_hook.P(708809258, 5, func() chan int { goknot_hook.P(281874097, 4, chans[0]) <- 5; goknot_hook.E(281874097, 4); return pick("m", chans, 0) }())), trace("n", 2), len(m))
}
