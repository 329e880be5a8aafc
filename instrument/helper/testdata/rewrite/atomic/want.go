//line /src/atomic/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

import (
	"fmt"
	"sync/atomic"
	. "sync/atomic"
	"unsafe"
)

type node struct {
	v    int32
	next atomic.Pointer[node]
	ptr  unsafe.Pointer
	word uintptr
	flag *atomic.Bool
	any  atomic.Value
	arr  [2]atomic.Uint64
}

type int32p *int32

func (n *node) at() *int32 { return &n.v }

type fake struct{}

func (fake) Load() int { return 42 }

func main() {
	n := &node{flag: new(atomic.Bool)}
	atomic.AddInt32(goknot_hook.AP(1828513310, 29, &n.v), 1)
	for !atomic.CompareAndSwapInt32(goknot_hook.AP(1529509823, 29, n.at()), 1, 2) {
	}
	var named int32p = &n.v
	atomic.StoreInt32(goknot_hook.AP(940907393, 28, named), 5)
	fmt.Println(AddInt32(goknot_hook.AP(4162029611, 29, &n.v), 1), atomic.SwapInt32(goknot_hook.AP(4145251992, 29, &n.v), 9), atomic.LoadInt32(goknot_hook.AP(892618245, 27, &n.v)))
	atomic.StorePointer(goknot_hook.AP(4003238063, 28, &n.ptr), unsafe.Pointer(n))
	fmt.Println(atomic.LoadPointer(goknot_hook.AP(1153855783, 27, (*unsafe.Pointer)(unsafe.Pointer(&n.ptr)))) == unsafe.Pointer(n))
	atomic.StoreUintptr(goknot_hook.AP(283239030, 28, &n.word), 3)
	goknot_hook.AP(3586990499, 28, &n.next).Store(n)
	goknot_hook.AP(2003555627, 29, &goknot_hook.AP(3029111557, 27, &n.next).Load().next).CompareAndSwap(n, nil)
	goknot_hook.AP(3077400705, 28, n.flag).Store(true)
	if goknot_hook.AP(2686835023, 27, n.flag).Load() && !goknot_hook.AP(933637345, 29, n.flag).Swap(false) {
		fmt.Println("no")
	}
	goknot_hook.AP(3538071461, 28, &n.any).Store("x")
	fmt.Println(goknot_hook.AP(4282110347, 27, &n.any).Load(), goknot_hook.AP(1012698981, 29, &n.arr[1]).Add(4), goknot_hook.AP(4265332728, 27, (&n.arr[0])).Load(), n.word)
	f, g := atomic.LoadInt32, n.flag.Load
	fmt.Println(f(&n.v), g(), fake{}.Load())
	fmt.Println((*atomic.Uint64).Load(goknot_hook.AP(3324111125, 27, &n.arr[1])))
	pointers := map[string]*atomic.Int64{"a": new(atomic.Int64)}
	goknot_hook.AP(4218079981, 29, pointers["a"]).Add(1)
	fmt.Println(goknot_hook.AP(2414494044, 27, pointers["a"]).Load())
}
