// SPDX-License-Identifier: BSD-2-Clause

package main

import (
	"fmt"
	"sync/atomic"
	. "sync/atomic"
	"unsafe"
)

type node struct {
	v     int32
	next  atomic.Pointer[node]
	ptr   unsafe.Pointer
	word  uintptr
	flag  *atomic.Bool
	any   atomic.Value
	arr   [2]atomic.Uint64
	count atomic.Int32
}

type int32p *int32

func (n *node) at() *int32 { return &n.v }

type fake struct{}

func (fake) Load() int { return 42 }

func main() {
	n := &node{flag: new(atomic.Bool)}
	atomic.AddInt32(&n.v, 1)
	for !atomic.CompareAndSwapInt32(n.at(), 1, 2) {
	}
	var named int32p = &n.v
	atomic.StoreInt32(named, 5)
	fmt.Println(AddInt32(&n.v, 1), atomic.SwapInt32(&n.v, 9), atomic.LoadInt32(&n.v))
	atomic.StorePointer(&n.ptr, unsafe.Pointer(n))
	fmt.Println(atomic.LoadPointer((*unsafe.Pointer)(unsafe.Pointer(&n.ptr))) == unsafe.Pointer(n))
	atomic.StoreUintptr(&n.word, 3)
	n.next.Store(n)
	n.next.Load().next.CompareAndSwap(n, nil)
	n.flag.Store(true)
	if n.flag.Load() && !n.flag.Swap(false) {
		fmt.Println("no")
	}
	n.any.Store("x")
	fmt.Println(n.any.Load(), n.arr[1].Add(4), (&n.arr[0]).Load(), n.word)
	f, g := atomic.LoadInt32, n.flag.Load
	fmt.Println(f(&n.v), g(), fake{}.Load())
	fmt.Println((*atomic.Uint64).Load(&n.arr[1]))
	pointers := map[string]*atomic.Int64{"a": new(atomic.Int64)}
	pointers["a"].Add(1)
	fmt.Println(pointers["a"].Load())
	n.arr[0].Store(n.arr[0].Load() + 1)
	n.count.Store(n.count.Load() + 1)
	n.count.CompareAndSwap(n.count.Load(), 7)
	n.count.Store(int32(len(pointers)))
	n.flag.Store(n.count.Load() == 7)
	atomic.StoreInt32(&n.v, atomic.LoadInt32(&n.v)+1)
	n.any.Store(fmt.Sprint("y"))
	n.count.Store(1 << n.count.Load())
	fmt.Println(n.count.Load(), n.flag.Load(), n.v, n.any.Load(), n.arr[0].Load())
}
