// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type state struct {
	mu   sync.Mutex
	rw   *sync.RWMutex
	wg   sync.WaitGroup
	once sync.Once
	n    int32
	typed atomic.Int32
}

func (s *state) self(word string) *state { fmt.Println("evaluated", word); return s }

func (s *state) run() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rw.RLock()
	defer s.rw.RUnlock(); defer fmt.Println("in between")
	s.wg.Add(2)
	defer s.wg.Done()
	defer s.self("early").wg.Add(-1)
	defer s.once.Do(func() { fmt.Println("once", s.n) })
	defer atomic.AddInt32(&s.n, 5)
	defer s.typed.Store(3)
	defer atomic.AddInt32(&s.self("impure").n, 1)
	defer s.mu.TryLock()
	other := s
	defer other.rw.RUnlock(
	)
	s.rw.RLock()
	other = nil
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered %v", r)
		}
	}()
	panic("on purpose")
}

func main() {
	s := &state{rw: new(sync.RWMutex)}
	fmt.Println(s.run())
	s.wg.Wait()
	fmt.Println(s.mu.TryLock(), s.rw.TryLock(), s.n, s.typed.Load())
}
