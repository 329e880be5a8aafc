// SPDX-License-Identifier: BSD-2-Clause

package main

import "fmt"

type celsius float64

type flag bool

type stringer interface{ String() string }

func (c celsius) String() string { return fmt.Sprintf("%g C", float64(c)) }

func next(n *int) int { *n++; return *n }

func main() {
	ints := make(chan int64, 16)
	flags := make(chan flag, 8)
	bools := make(chan bool, 8)
	errs := make(chan error, 8)
	anys := make(chan any, 8)
	words := make(chan stringer, 8)
	funcs := make(chan func() int, 8)
	structs := make(chan struct{}, 8)
	n, s := 0, uint(3)

	ints <- 1 // a constant takes its type from the channel
	ints <- 1 << s
	ints <- int64(next(&n)) + 1
	ints <- -int64(next(&n))
	flags <- n == 2
	flags <- flag(n == 2) && n > 1
	flags <- true
	bools <- n == 2 && next(&n) == 3
	bools <- !(n == 3)
	errs <- nil
	errs <- fmt.Errorf("no %d", n)
	anys <- n == 3
	anys <- 'x'
	anys <- (nil)
	anys <- next(&n)
	words <- celsius(n)
	funcs <- func() int { return next(&n) }
	structs <- struct{}{}
	chans := []chan int64{ints}
	chans[next(&n)-5] <-
		int64(next(&n))
	for i := 0; i < 1; ints <- int64(i) {
		i++
	}
	if ints <- 7; n > 0 {
		ints <- 8
	}
	switch { case n > 0: ints <- 9; fallthrough
	default: n++ }

	close(ints)
	for v := range ints {
		fmt.Print(v, " ")
	}
	fmt.Println(<-flags, <-flags, <-flags, <-bools, <-bools, <-errs, <-errs)
	fmt.Printf("%T %T %T %T\n", <-anys, <-anys, <-anys, <-anys)
	fmt.Println(<-words, (<-funcs)(), <-structs, n)
}
