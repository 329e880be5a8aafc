// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync"
)

type server struct{ wg sync.WaitGroup }

func (s *server) serve(n int, out chan<- int) {
	defer s.wg.Done()
	out <- n
}

func work[T any](v T, wg *sync.WaitGroup) { wg.Done() }

func main() {
	s := new(server)
	out := make(chan int, 10)
	in := make(chan int, 1)
	in <- 7
	s.wg.Add(3)
	go s.serve(1, out)
	go s.serve(<-in, out) // the receive runs here
	go func(n int) {
		s.serve(n, out)
		go func() { out <- 1 }()
	}(2)
	s.wg.Wait()
	var mu sync.Mutex
	mu.Lock()
	go mu.Unlock()
	mu.Lock()
	s.wg.Add(1)
	go work[int](1, &s.wg)
	s.wg.Wait()
	go s.wg.Add(0)
	switch {
	default: go fmt.Sprint()
	}
	sum := 0
	for range 4 {
		sum += <-out
	}
	fmt.Println(sum)
}
