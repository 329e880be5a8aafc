// SPDX-License-Identifier: BSD-2-Clause

package main

import "fmt"

type conn struct{ done chan struct{} }

func (c *conn) stop() (err error) {
	defer close(c.done)
	return nil
}

func (c *conn) Close() { close(c.done) }

func spawn(ch chan int) {
	go close(ch)
	<-ch
}

func parens(ch chan int) {
	defer (
	close)(
		ch,
	)
}

func shut[C ~chan E, E any](c C) { close(c) }

func twice(ch chan int) (r any) {
	defer func() { r = recover() }()
	close(ch)
	close(ch)
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
	<-c.done
	d := conn{make(chan struct{})}
	d.Close()
	if ch := make(chan int); true {
		close(ch)
	}
	for ch := make(chan int); ch != nil; close(ch) {
		break
	}
	spawn(make(chan int))
	parens(make(chan int))
	shut(make(chan string))
	fmt.Println(twice(make(chan int)))
	mine()
}
