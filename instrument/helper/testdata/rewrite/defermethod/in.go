// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	s "sync"
)

type value struct{ s.Mutex }
type pointer struct{ *s.RWMutex }
type deep struct {
	*value
	named s.WaitGroup
}
type generic[T any] struct {
	mu s.Mutex
	v  T
}

var shared = pointer{new(s.RWMutex)}

func made(word string) pointer { fmt.Println("made", word); return shared }

func (g *generic[T]) get() T {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.v
}

func try(what string, f func()) {
	defer func() { fmt.Println(what, recover()) }()
	f()
	fmt.Println("not at once")
}

func elements() {
	locks := make([]s.Mutex, 2)
	for i := range locks {
		locks[i].Lock()
		defer locks[i].Unlock()
	}
	p := &locks[0]
	p.Unlock()
	p.Lock()
	defer func() { fmt.Println("evaluated when it was deferred", locks[1].TryLock(), p == &locks[1]) }()
	defer p.TryLock()
	defer p.Unlock()
	p = &locks[1]
}

func forms() {
	var v value
	v.Lock()
	defer v.Unlock()
	d := deep{value: new(value)}
	d.Lock()
	defer d.Unlock()
	d.named.Add(3)
	defer d.named.Wait()
	defer (d.named).Done()
	defer (&d.named).Done()
	pd := &d
	defer (*pd).named.
		// where the method stands
		Done()
	shared.RLock()
	shared.RLock()
	shared.RLock()
	defer made("early").RUnlock()
	defer shared.
		RWMutex.
		RUnlock()
	defer (shared.RWMutex.RUnlock)()
	var sync s.Locker = new(s.Mutex)
	sync.Lock()
	defer sync.Unlock()
	fmt.Println("deferred")
}

func main() {
	try("nil struct", func() {
		var d *deep
		defer d.named.Done()
	})
	try("nil embedded", func() {
		var d deep
		defer d.Unlock()
	})
	try("nil lock", func() {
		var l *s.Mutex
		defer l.Unlock()
	})
	elements()
	forms()
	fmt.Println(shared.TryLock())
	fmt.Println((&generic[int]{v: 3}).get(), (&generic[string]{v: "x"}).get())
}
