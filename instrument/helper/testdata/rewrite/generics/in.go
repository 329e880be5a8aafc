// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type Queue[T any] struct {
	mu    sync.Mutex
	ch    chan T
	items []T
	head  atomic.Pointer[T]
}

func (q *Queue[T]) Push(v T) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, v)
	q.head.Store(&v)
	q.ch <- v
	func() { q.ch <- *new(T) }()
}

func Drain[C ~chan E, E any](c C) (out []E) {
	for {
		select {
		case v, ok := <-c:
			if !ok {
				return out
			}
			out = append(out, v)
		default:
			close(c)
		}
	}
}

func One[T ~int | ~uint8](ch chan T, s uint) {
	ch <- 1
	ch <- T(2)
	ch <- 1 << s
}

type pair[A, B any] struct {
	a A
	b B
}

func (p pair[A, B]) send(ch chan<- pair[A, B]) { ch <- p }

func main() {
	q := &Queue[string]{ch: make(chan string, 4)}
	q.Push("a")
	q.Push("b")
	fmt.Println(len(Drain(q.ch)), *q.head.Load())
	c := make(chan uint8, 3)
	One(c, 3)
	fmt.Println(Drain(c))
	ps := make(chan pair[int, string], 1)
	pair[int, string]{1, "x"}.send(ps)
	fmt.Println(<-ps)
}
