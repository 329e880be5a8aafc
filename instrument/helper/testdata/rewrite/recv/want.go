//line /src/recv/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

import (
	"fmt"
	"time"
)

var first = goknot_hook.EV(1950951538, 5, <-goknot_hook.P(1950951538, 5, filled(10)))

var second, open = <-goknot_hook.P(1211115060, 5, filled(11))

type box struct{ ch chan int }

func filled(v ...int) chan int {
	ch := make(chan int, len(v))
	for _, x := range v {
		ch <- goknot_hook.P(3535503913, 4, x); goknot_hook.E(3535503913, 4)
	}
	return ch
}

func get(b box) int {
	return goknot_hook.EV(639405914, 5, <-goknot_hook.P(639405914, 5, b.ch))
}

func both(b box) (int, error) {
	v, ok := <-goknot_hook.P(790619937, 5, b.ch); goknot_hook.E(790619937, 5)
	if !ok {
		return 0, fmt.Errorf("closed")
	}
	return v, nil
}

func main() {
	b := box{filled(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)}
	<-goknot_hook.P(838704212, 5, b.ch); goknot_hook.E(838704212, 5)
	(<-goknot_hook.P(1615786308, 5, b.ch)); goknot_hook.E(1615786308, 5)
	v := <-goknot_hook.P(960538376, 5, b.ch); goknot_hook.E(960538376, 5)
	v = (<-goknot_hook.P(3528781800, 5, b.ch)); goknot_hook.E(3528781800, 5)
	v += <-goknot_hook.P(2587046201, 5, b.ch); goknot_hook.E(2587046201, 5)
	w, ok := <-goknot_hook.P(1731792406, 5, b.ch); goknot_hook.E(1731792406, 5)
	var x = <-goknot_hook.P(3153492591, 5, b.ch); goknot_hook.E(3153492591, 5)
	var y, ok2 = <-goknot_hook.P(4050448799, 5, b.ch); goknot_hook.E(4050448799, 5)
	var (
		z    = goknot_hook.EV(2787783357, 5, <-goknot_hook.P(2787783357, 5, b.ch))
		last = z
	)
	if u := goknot_hook.EV(237106150, 5, <-goknot_hook.P(237106150, 5, b.ch)); u > 3 {
		fmt.Println("u", u)
	}
	if u, ok := <-goknot_hook.P(3777597035, 5, b.ch); ok {
		fmt.Println("u", u)
	}
	for i := 0; i < 1; goknot_hook.EV(37165167, 5, <-goknot_hook.P(37165167, 5, b.ch)) {
		i++
	}
	m := map[int]int{goknot_hook.EV(1421450609, 5, <-goknot_hook.P(1421450609, 5, b.ch)): goknot_hook.EV(1404672990, 5, <-goknot_hook.P(1404672990, 5, b.ch))}
	nested := make(chan chan int, 1)
	nested <- goknot_hook.P(3299288401, 4, filled(99)); goknot_hook.E(3299288401, 4)
	fmt.Println(v, w, ok, x, y, ok2, z, last, m, goknot_hook.EV(3737545103, 5, <-goknot_hook.P(3737545103, 5, goknot_hook.EV(3720767484, 5, <-goknot_hook.P(3720767484, 5, nested)))), get(b), first, second, open)
	close(goknot_hook.P(862535777, 6, b.ch)); goknot_hook.E(862535777, 6)
	_, err := both(b)
	fmt.Println(err)
	var any interface{} = -goknot_hook.EV(1720356667, 5, <-goknot_hook.P(1720356667, 5, filled(4))) - goknot_hook.EV(1703579048, 5, <-goknot_hook.P(1703579048, 5, filled(5)))
	anys := make(chan any2, 1)
	goknot_hook.P(2883527198, 4, anys) <- 5; goknot_hook.E(2883527198, 4)
	switch t := (goknot_hook.EV(2427734578, 5, <-goknot_hook.P(2427734578, 5, anys))).(type) {
	case int:
		fmt.Println("int", t, any)
	}
	var only <-chan time.Time = time.After(0)
	select {
	case <-goknot_hook.S(1269540743, 3150866891, 10, only): goknot_hook.A(3150866891, 10);
	}
	a, c := goknot_hook.EV(1591156018, 5, <-goknot_hook.P(1591156018, 5, filled(1))), goknot_hook.EV(1574378399, 5, <-goknot_hook.P(1574378399, 5, filled(2)))
	fmt.Println(a, c, func() int { return goknot_hook.EV(3102331617, 5, <-goknot_hook.P(3102331617, 5, filled(3))) }())
}

type any2 interface{}
