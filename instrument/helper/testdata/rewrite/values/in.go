// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	. "sync/atomic"
	"unsafe"
)

type state struct {
	sync.Mutex
	rw   *sync.RWMutex
	wg   sync.WaitGroup
	cond *sync.Cond
	once sync.Once
	n    int32
	ptr  unsafe.Pointer
	next atomic.Pointer[state]
	any  atomic.Value
	sum
}

type sum struct{ *atomic.Int64 }

type unlocker func()

var add = atomic.AddInt32

func (s *state) self() *state { fmt.Println("evaluated"); return s }

func (s *state) pair() (*state, int) { return s, 2 }

func (s *state) wgPair() (*sync.WaitGroup, int) { return &s.wg, 1 }

func (s *state) nPair() (*int32, int32) { return &s.n, 1 }

func apply[T any](f T) T { return f }

func each(fs ...func()) {
	for _, f := range fs {
		f()
	}
}

func locker[L sync.Locker](l L) (func(), func()) { return l.Lock, l.Unlock }

func main() {
	s := &state{rw: new(sync.RWMutex), sum: sum{new(atomic.Int64)}}
	s.cond = sync.NewCond(s)
	each(s.Lock, s.Unlock, s.Mutex.Lock, (s.Unlock), s.rw.RLock, s.rw.RUnlock, s.cond.Signal, s.cond.Broadcast)
	var named unlocker = s.Unlock
	lock, unlock := locker(s)
	lock()
	named()
	lock()
	unlock()
	table := map[string]func(){"lock": s.self().Lock, "unlock": s.
		Unlock}
	table["lock"]()
	table["unlock"]()
	try, tryOf := s.TryLock, (*sync.RWMutex).TryRLock
	fmt.Println(try(), try(), tryOf(s.rw))
	s.Unlock()
	s.rw.RUnlock()
	addWG, done, wait := s.wg.Add, apply(s.wg.Done), sync.Locker.Lock
	addWG(1)
	done()
	wait(s)
	(*sync.Mutex).Unlock(&s.Mutex)
	(*sync.WaitGroup).Add(s.wgPair())
	addOf, waitOf := (*sync.WaitGroup).Add, (*sync.WaitGroup).Wait
	addOf(&s.wg, -1)
	waitOf(&s.wg)
	do, doOf := s.once.Do, (*sync.Once).Do
	do(func() { fmt.Println("once") })
	doOf(&s.once, func() { fmt.Println("twice") })
	s.wg.Add(2)
	go s.wg.Add(-1)
	go (*sync.WaitGroup).Done(&s.wg)
	s.wg.Wait()

	load, store, swap, cas := atomic.LoadInt32, StoreInt32, atomic.SwapInt32, atomic.CompareAndSwapInt32
	store(&s.n, 4)
	fmt.Println(add(&s.n, 1), swap(&s.n, 7), cas(&s.n, 7, 8), load(&s.n))
	fmt.Println(atomic.AddInt32(s.nPair()))
	loadP := atomic.LoadPointer
	fmt.Println(loadP(&s.ptr) == nil)
	get, set, cmp := s.next.Load, s.next.Store, (*atomic.Pointer[state]).CompareAndSwap
	set(s)
	fmt.Println(get() == s, cmp(&s.next, s, nil), get() == nil)
	more, now := s.sum.Add, s.Load
	fmt.Println(more(2), now(), s.Int64.CompareAndSwap(2, 3))
	anyCAS, anyStore := s.any.CompareAndSwap, s.any.Store
	anyStore("x")
	fmt.Println(anyCAS("x", "y"), s.any.Load())
	impure := s.self().next.Load
	fmt.Println(impure() == nil)
	finished := make(chan bool)
	go func() {
		defer close(finished)
		defer atomic.AddInt32(&s.self().n, 1)
		defer s.self().next.Store(s)
	}()
	<-finished
	go s.sum.Add(5)
	go atomic.StoreInt32(&s.n, 12)
	for s.Load() != 8 || atomic.LoadInt32(&s.n) != 12 {
	}
	fmt.Println(s.n, s.Load(), s.next.Load() == s)
}

//go:nosplit
func put(ch chan int) { ch <- 1 }
