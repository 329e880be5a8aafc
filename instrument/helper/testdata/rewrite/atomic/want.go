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
	atomic.AddInt32(goknot_hook.AP(1529509823, 29, &n.v), 1)
	for !atomic.CompareAndSwapInt32(goknot_hook.AP(2147154180, 29, n.at()), 1, 2) {
	}
	var named int32p = &n.v
	atomic.StoreInt32(goknot_hook.AP(2174370732, 28, named), 5)
	fmt.Println(AddInt32(goknot_hook.AP(2012916160, 29, &n.v), 1), atomic.SwapInt32(goknot_hook.AP(2029693779, 29, &n.v), 9), atomic.LoadInt32(goknot_hook.AP(529440314, 27, &n.v)))
	atomic.StorePointer(goknot_hook.AP(2738263426, 28, &n.ptr), unsafe.Pointer(n))
	fmt.Println(atomic.LoadPointer(goknot_hook.AP(151555027, 27, (*unsafe.Pointer)(unsafe.Pointer(&n.ptr)))) == unsafe.Pointer(n))
	atomic.StoreUintptr(goknot_hook.AP(3586990499, 28, &n.word), 3)
	goknot_hook.AP(15896748, 28, &n.next).Store(n)
	goknot_hook.AP(3504335866, 29, &goknot_hook.AP(692844416, 27, &n.next).Load().next).CompareAndSwap(n, nil)
	goknot_hook.AP(1360572506, 28, n.flag).Store(true)
	if goknot_hook.AP(2086162562, 27, n.flag).Load() && !goknot_hook.AP(638179896, 29, n.flag).Swap(false) {
		fmt.Println("no")
	}
	goknot_hook.AP(1439634142, 28, &n.any).Store("x")
	fmt.Println(goknot_hook.AP(2857372766, 27, &n.any).Load(), goknot_hook.AP(1564654860, 29, &n.arr[1]).Add(4), goknot_hook.AP(2874150385, 27, (&n.arr[0])).Load(), n.word)
	f, g := goknot_hook.AF1R(435049744, 27, atomic.LoadInt32), goknot_hook.AM0R(451827363, 27, n.flag, n.flag.Load)
	fmt.Println(f(&n.v), g(), fake{}.Load())
	fmt.Println((*atomic.Uint64).Load(goknot_hook.AP(2057527638, 27, &n.arr[1])))
	pointers := map[string]*atomic.Int64{"a": new(atomic.Int64)}
	goknot_hook.AP(1559676718, 29, pointers["a"]).Add(1)
	fmt.Println(goknot_hook.AP(2770359137, 27, pointers["a"]).Load())
	goknot_hook.AP(2923398199, 28, &n.arr[0]).Store(goknot_hook.AP(212838546, 27, &n.arr[0]).Load() + 1)
	n.count.Store(goknot_hook.AX(3782215786, 28, &n.count, goknot_hook.AP(813511007, 27, &n.count).Load() + 1))
	n.count.CompareAndSwap(goknot_hook.AX(2462803474, 29, &n.count, goknot_hook.AP(1035609160, 27, &n.count).Load()), 7)
	n.count.Store(goknot_hook.AX(3988843460, 28, &n.count, int32(len(pointers))))
	n.flag.Store(goknot_hook.AX(4210695152, 28, n.flag, goknot_hook.AP(2300284145, 27, &n.count).Load() == 7))
	atomic.StoreInt32(&n.v, goknot_hook.AX(1619129925, 28, &n.v, atomic.LoadInt32(goknot_hook.AP(2900882412, 27, &n.v))+1))
	n.any.Store(goknot_hook.AX(4268604154, 28, &n.any, fmt.Sprint("y")))
	goknot_hook.AP(1262354503, 28, &n.count).Store(1 << goknot_hook.AP(699226914, 27, &n.count).Load())
	fmt.Println(goknot_hook.AP(4181664805, 27, &n.count).Load(), goknot_hook.AP(4164887186, 27, n.flag).Load(), n.v, goknot_hook.AP(4148109567, 27, &n.any).Load(), goknot_hook.AP(4131331948, 27, &n.arr[0]).Load())
}
