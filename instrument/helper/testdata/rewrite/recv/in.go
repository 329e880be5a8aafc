// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"time"
)

var first = <-filled(10)

var second, open = <-filled(11)

type box struct{ ch chan int }

func filled(v ...int) chan int {
	ch := make(chan int, len(v))
	for _, x := range v {
		ch <- x
	}
	return ch
}

func get(b box) int {
	return <-b.ch
}

func both(b box) (int, error) {
	v, ok := <-b.ch
	if !ok {
		return 0, fmt.Errorf("closed")
	}
	return v, nil
}

func main() {
	b := box{filled(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)}
	<-b.ch
	(<-b.ch)
	v := <-b.ch
	v = (<-b.ch)
	v += <-b.ch
	w, ok := <-b.ch
	var x = <-b.ch
	var y, ok2 = <-b.ch
	var (
		z    = <-b.ch
		last = z
	)
	if u := <-b.ch; u > 3 {
		fmt.Println("u", u)
	}
	if u, ok := <-b.ch; ok {
		fmt.Println("u", u)
	}
	for i := 0; i < 1; <-b.ch {
		i++
	}
	m := map[int]int{<-b.ch: <-b.ch}
	nested := make(chan chan int, 1)
	nested <- filled(99)
	fmt.Println(v, w, ok, x, y, ok2, z, last, m, <-<-nested, get(b), first, second, open)
	close(b.ch)
	_, err := both(b)
	fmt.Println(err)
	var any interface{} = -<-filled(4) - <-filled(5)
	anys := make(chan any2, 1)
	anys <- 5
	switch t := (<-anys).(type) {
	case int:
		fmt.Println("int", t, any)
	}
	var only <-chan time.Time = time.After(0)
	select {
	case <-only:
	}
	a, c := <-filled(1), <-filled(2)
	fmt.Println(a, c, func() int { return <-filled(3) }())
}

type any2 interface{}
