//line /src/generics/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"; import goknot_hook_sync "sync"

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
	goknot_hook.P(3267987937, 12, &q.mu).Lock()
	defer goknot_hook.DM(1666895126, 13, (*goknot_hook_sync.Mutex).Unlock, &q.mu)
	q.items = append(q.items, v)
	goknot_hook.AP(4081968358, 28, &q.head).Store(&v)
	q.ch <- goknot_hook.P(2804058247, 4, v); goknot_hook.E(2804058247, 4)
	func() { q.ch <- goknot_hook.P(3056123750, 4, *new(T)); goknot_hook.E(3056123750, 4) }()
}

func Drain[C ~chan E, E any](c C) (out []E) {
	for {
		select {
		case v, ok := <-goknot_hook.S(2189124209, 1971474700, 10, c): goknot_hook.A(1971474700, 10);
			if !ok {
				return out
			}
			out = append(out, v)
		default: goknot_hook.A(979188150, 11);
			close(goknot_hook.P(1227527239, 6, c)); goknot_hook.E(1227527239, 6)
		}
	}
}

func One[T ~int | ~uint8](ch chan T, s uint) {
	goknot_hook.P(3013981362, 4, ch) <- 1; goknot_hook.E(3013981362, 4)
	ch <- goknot_hook.P(1841741053, 4, T(2)); goknot_hook.E(1841741053, 4)
	goknot_hook.P(1163170688, 4, ch) <- 1 << s; goknot_hook.E(1163170688, 4)
}

type pair[A, B any] struct {
	a A
	b B
}

func (p pair[A, B]) send(ch chan<- pair[A, B]) { ch <- goknot_hook.P(1526505255, 4, p); goknot_hook.E(1526505255, 4) }

func main() {
	q := &Queue[string]{ch: make(chan string, 4)}
	q.Push("a")
	q.Push("b")
	fmt.Println(len(Drain(q.ch)), *goknot_hook.AP(1052386779, 27, &q.head).Load())
	c := make(chan uint8, 3)
	One(c, 3)
	fmt.Println(Drain(c))
	ps := make(chan pair[int, string], 1)
	pair[int, string]{1, "x"}.send(ps)
	fmt.Println(goknot_hook.EV(2938133209, 5, <-goknot_hook.P(2938133209, 5, ps)))
}
