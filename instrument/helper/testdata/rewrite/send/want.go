//line /src/send/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

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

	goknot_hook.P(3338115914, 4, ints) <- 1; goknot_hook.E(3338115914, 4) // a constant takes its type from the channel
	goknot_hook.P(350917890, 4, ints) <- 1 << s; goknot_hook.E(350917890, 4)
	ints <- goknot_hook.P(1811701515, 4, int64(next(&n)) + 1); goknot_hook.E(1811701515, 4)
	ints <- goknot_hook.P(3412719123, 4, -int64(next(&n))); goknot_hook.E(3412719123, 4)
	goknot_hook.P(265096478, 4, flags) <- n == 2; goknot_hook.E(265096478, 4)
	flags <- goknot_hook.P(3358595766, 4, flag(n == 2) && n > 1); goknot_hook.E(3358595766, 4)
	goknot_hook.P(1309371991, 4, flags) <- true; goknot_hook.E(1309371991, 4)
	bools <- goknot_hook.P(1239205551, 4, n == 2 && next(&n) == 3); goknot_hook.E(1239205551, 4)
	bools <- goknot_hook.P(4074511869, 4, !(n == 3)); goknot_hook.E(4074511869, 4)
	goknot_hook.P(951784882, 4, errs) <- nil; goknot_hook.E(951784882, 4)
	errs <- goknot_hook.P(175602457, 4, fmt.Errorf("no %d", n)); goknot_hook.E(175602457, 4)
	anys <- goknot_hook.P(1789777256, 4, n == 3); goknot_hook.E(1789777256, 4)
	goknot_hook.P(3301402031, 4, anys) <- 'x'; goknot_hook.E(3301402031, 4)
	goknot_hook.P(3354790852, 4, anys) <- (nil); goknot_hook.E(3354790852, 4)
	anys <- goknot_hook.P(2980426124, 4, next(&n)); goknot_hook.E(2980426124, 4)
	words <- goknot_hook.P(1824963434, 4, celsius(n)); goknot_hook.E(1824963434, 4)
	funcs <- goknot_hook.P(1179948307, 4, func() int { return next(&n) }); goknot_hook.E(1179948307, 4)
	structs <- goknot_hook.P(3873897995, 4, struct{}{}); goknot_hook.E(3873897995, 4)
	chans := []chan int64{ints}
	chans[next(&n)-5] <-
		goknot_hook.P(2327292958, 4, int64(next(&n))); goknot_hook.E(2327292958, 4)
	for i := 0; i < 1; ints <- goknot_hook.P(1705924908, 4, int64(i)) {
		i++
	}
	if goknot_hook.P(1560060493, 4, ints) <- 7; n > 0 {
		goknot_hook.P(1789938156, 4, ints) <- 8; goknot_hook.E(1789938156, 4)
	}
	switch { case n > 0: goknot_hook.P(1195228294, 4, ints) <- 9; goknot_hook.E(1195228294, 4); fallthrough
	default: n++ }

	close(goknot_hook.P(146171519, 6, ints)); goknot_hook.E(146171519, 6)
	for v := range goknot_hook.P(1387895371, 5, ints) { goknot_hook.A(1387895371, 5);
		fmt.Print(v, " ")
	}
	fmt.Println(goknot_hook.EV(3771100341, 5, <-goknot_hook.P(3771100341, 5, flags)), goknot_hook.EV(3754322722, 5, <-goknot_hook.P(3754322722, 5, flags)), goknot_hook.EV(3670434627, 5, <-goknot_hook.P(3670434627, 5, flags)), goknot_hook.EV(3653657008, 5, <-goknot_hook.P(3653657008, 5, bools)), goknot_hook.EV(3703989865, 5, <-goknot_hook.P(3703989865, 5, bools)), goknot_hook.EV(3687212246, 5, <-goknot_hook.P(3687212246, 5, errs)), goknot_hook.EV(3871766055, 5, <-goknot_hook.P(3871766055, 5, errs)))
	fmt.Printf("%T %T %T %T\n", goknot_hook.EV(2449503276, 5, <-goknot_hook.P(2449503276, 5, anys)), goknot_hook.EV(2466280895, 5, <-goknot_hook.P(2466280895, 5, anys)), goknot_hook.EV(2483058514, 5, <-goknot_hook.P(2483058514, 5, anys)), goknot_hook.EV(2499836133, 5, <-goknot_hook.P(2499836133, 5, anys)))
	fmt.Println(goknot_hook.EV(2921355590, 5, <-goknot_hook.P(2921355590, 5, words)), (goknot_hook.EV(2904577971, 5, <-goknot_hook.P(2904577971, 5, funcs)))(), goknot_hook.EV(2887800352, 5, <-goknot_hook.P(2887800352, 5, structs)), n)
}
