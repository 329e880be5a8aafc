//line /src/closechan/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

import "fmt"

type conn struct{ done chan struct{} }

func (c *conn) stop() (err error) {
	defer goknot_hook.DClose(2971999043, c.done)
	return nil
}

func (c *conn) Close() { close(goknot_hook.P(2098504207, 6, c.done)); goknot_hook.E(2098504207, 6) }

func spawn(ch chan int) {
	goknot_hook.B(2950380268, 26); go goknot_hook.DClose(3219004434, ch); goknot_hook.A(2950380268, 26)
	<-goknot_hook.P(3228652170, 5, ch); goknot_hook.E(3228652170, 5)
}

func parens(ch chan int) {
	defer goknot_hook.DClose(4054890874, 

		ch,
	)
}

func shut[C ~chan E, E any](c C) { close(goknot_hook.P(2371504540, 6, c)); goknot_hook.E(2371504540, 6) }

func twice(ch chan int) (r any) {
	defer func() { r = recover() }()
	close(goknot_hook.P(1729856763, 6, ch)); goknot_hook.E(1729856763, 6)
	close(goknot_hook.P(2905416824, 6, ch)); goknot_hook.E(2905416824, 6)
	return nil
}

func mine() {
	close := func(s string) { fmt.Println("not the builtin:", s) }
	close("x")
	defer close("y")
}

func main() {
	c := &conn{make(chan struct{})}
	fmt.Println(c.stop())
	<-goknot_hook.P(3383205661, 5, c.done); goknot_hook.E(3383205661, 5)
	d := conn{make(chan struct{})}
	d.Close()
	if ch := make(chan int); true {
		close(goknot_hook.P(1795037463, 6, ch)); goknot_hook.E(1795037463, 6)
	}
	for ch := make(chan int); ch != nil; close(goknot_hook.P(78522589, 6, ch)) {
		break
	}
	spawn(make(chan int))
	parens(make(chan int))
	shut(make(chan string))
	fmt.Println(twice(make(chan int)))
	mine()
}
