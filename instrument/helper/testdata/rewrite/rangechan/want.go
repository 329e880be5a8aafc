//line /src/rangechan/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

import "fmt"

type pipe chan int

func gen(n int) <-chan int {
	ch := make(chan int, n)
	for i := range n {
		ch <- goknot_hook.P(2682678483, 4, i); goknot_hook.E(2682678483, 4)
	}
	close(goknot_hook.P(2081726588, 6, ch)); goknot_hook.E(2081726588, 6)
	return ch
}

func sum[C ~chan int | ~<-chan int](ch C) (s int) {
	for v := range goknot_hook.P(3628674941, 5, ch) { goknot_hook.A(3628674941, 5); s += v }
	return s
}

func main() {
	for v := range goknot_hook.P(3186860749, 5, gen(3)) { goknot_hook.A(3186860749, 5);
		fmt.Print(v)
	}
	for range goknot_hook.P(3816537916, 5, gen(2)) { goknot_hook.A(3816537916, 5);
	}
	var v int
	for v = range goknot_hook.P(1988252319, 5, (gen(4))) { goknot_hook.A(1988252319, 5); fmt.Print(v); continue }
	for i, c := range "ab" {
		fmt.Print(i, c)
	}
	for f := range func(yield func(int) bool) { yield(1) } {
		fmt.Print(f)
	}
	p := make(pipe, 1)
	goknot_hook.P(125269600, 4, p) <- 5; goknot_hook.E(125269600, 4)
	close(goknot_hook.P(74632614, 6, p)); goknot_hook.E(74632614, 6)
	fmt.Println(sum(p), sum(gen(3)))
}
