// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync"
)

type Mu = sync.Mutex

type store struct {
	mu   Mu
	rw   *sync.RWMutex
	once sync.Once
	m    map[string]*store
	l    sync.Locker
	list []sync.Mutex
}

type wrapper struct{ inner sync.Mutex }

func (w *wrapper) Lock()   { w.inner.Lock() }
func (w *wrapper) Unlock() { w.inner.Unlock() }

func (s *store) child(k string) *store { return s.m[k] }

func byValue(l sync.Locker) { l.Lock(); l.Unlock() }

func param[L sync.Locker](l L) {
	l.Lock()
	defer l.Unlock()
}

var global sync.Mutex

func main() {
	s := &store{rw: new(sync.RWMutex), l: new(sync.Mutex), list: make([]sync.Mutex, 2)}
	s.m = map[string]*store{"a": s}
	s.mu.Lock()
	s.mu.Unlock()
	(s.mu).Lock(); (&s.mu).Unlock()
	(*s).mu.Lock()
	(s.mu.Unlock)()
	s.child("a").mu.Lock()
	s.child("a").
		mu.
		Unlock()
	s.rw.RLock()
	s.rw.RUnlock()
	s.rw.RLocker().Lock()
	s.rw.RLocker().Unlock()
	s.rw.Lock()
	s.rw.Unlock()
	s.l.Lock()
	s.l.Unlock()
	s.list[1].Lock()
	s.list[1].Unlock()
	global.Lock()
	if global.TryLock() || s.rw.TryRLock() && s.rw.TryLock() {
		fmt.Println("got one")
	}
	s.rw.RUnlock()
	global.Unlock()
	var w wrapper
	w.Lock()
	w.Unlock()
	byValue(&w)
	byValue(&s.mu)
	param(&s.mu)
	param[sync.Locker](s.l)
	(*sync.Mutex).Lock(&s.mu)
	sync.Locker.Unlock(&s.mu)

	var wg sync.WaitGroup
	wg.Add(1)
	go func() { wg.Done() }()
	wg.Wait()
	c := sync.NewCond(&s.mu)
	c.L.Lock()
	ready := false
	go func() {
		c.L.Lock()
		ready = true
		c.Signal()
		c.Broadcast()
		c.L.Unlock()
	}()
	for !ready {
		c.Wait()
	}
	c.L.Unlock()
	s.once.Do(func() { fmt.Println("once") })
	s.once.Do(func() { fmt.Println("never") })
	f := s.mu.Lock
	f()
	for i := 0; i < 1; s.mu.Unlock() {
		i++
	}
}
