// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type byValue struct {
	sync.Mutex
	n int
}

type byPointer struct {
	*sync.RWMutex
	*atomic.Int32
}

type deep struct{ byValue }

type withLocker struct{ sync.Locker }

type iface interface {
	sync.Locker
	Name() string
}

func (d *deep) Name() string { return fmt.Sprint("deep ", d.n) }

type counter struct{ atomic.Int64 }

func makeByPointer() byPointer { return shared }

var shared = byPointer{new(sync.RWMutex), new(atomic.Int32)}

func use(i iface) {
	i.Lock()
	defer i.Unlock()
	fmt.Println(i.Name())
}

func main() {
	var v byValue
	v.Lock()
	v.n++
	v.Unlock()
	p := &v
	p.Lock()
	p.Unlock()
	var d deep
	d.Lock()
	d.byValue.Mutex.Unlock()
	use(&d)
	bp := byPointer{new(sync.RWMutex), new(atomic.Int32)}
	bp.RLock()
	bp.RUnlock()
	bp.Add(2)
	makeByPointer().Lock()
	makeByPointer().Unlock()
	makeByPointer().Add(1)
	l := withLocker{&v}
	l.Lock()
	l.Unlock()
	func() withLocker { return l }().Lock()
	func() withLocker { return l }().Unlock()
	var c counter
	c.Add(3)
	fmt.Println(c.Load(), bp.Load(), shared.Load(), v.n)
}
