//line /src/values/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

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

var add = goknot_hook.AF2R(2796653880, 29, atomic.AddInt32)

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

func locker[L sync.Locker](l L) (func(), func()) { return goknot_hook.F0(2298175519, 12, l.Lock), goknot_hook.F0(2505721705, 13, l.Unlock) }

func main() {
	s := &state{rw: new(sync.RWMutex), sum: sum{new(atomic.Int64)}}
	s.cond = sync.NewCond(s)
	each(goknot_hook.F0(2089557789, 12, s.Lock), goknot_hook.F0(2213215880, 13, s.Unlock), goknot_hook.F0(2072780170, 12, s.Mutex.Lock), (goknot_hook.F0(2229993499, 13, s.Unlock)), goknot_hook.F0(37591466, 15, s.rw.RLock), goknot_hook.F0(1058638971, 16, s.rw.RUnlock), goknot_hook.F0(2826378847, 23, s.cond.Signal), goknot_hook.F0(807967762, 24, s.cond.Broadcast))
	var named unlocker = goknot_hook.F0(4076804325, 13, s.Unlock)
	lock, unlock := locker(s)
	lock()
	named()
	lock()
	unlock()
	table := map[string]func(){"lock": goknot_hook.F0(1047505294, 12, s.self().Lock), "unlock": goknot_hook.F0(217892540, 13, s.
		Unlock)}
	table["lock"]()
	table["unlock"]()
	try, tryOf := goknot_hook.F0R(3855362555, 14, s.TryLock), goknot_hook.F1R(2834315050, 17, (*sync.RWMutex).TryRLock)
	fmt.Println(try(), try(), tryOf(s.rw))
	goknot_hook.P(3070769560, 13, s).Unlock(); goknot_hook.E(3070769560, 13)
	goknot_hook.P(1776136218, 16, s.rw).RUnlock(); goknot_hook.E(1776136218, 16)
	addWG, done, wait := goknot_hook.F1(1573263099, 18, s.wg.Add), apply(goknot_hook.F0(1712247932, 19, s.wg.Done)), goknot_hook.F1(3728099161, 12, sync.Locker.Lock)
	addWG(1)
	done()
	wait(s)
	(*sync.Mutex).Unlock(goknot_hook.P(2580902355, 13, &s.Mutex)); goknot_hook.E(2580902355, 13)
	goknot_hook.F2(4244435399, 18, (*sync.WaitGroup).Add)(s.wgPair())
	addOf, waitOf := goknot_hook.F2(3203773596, 18, (*sync.WaitGroup).Add), goknot_hook.F1(445650375, 20, (*sync.WaitGroup).Wait)
	addOf(&s.wg, -1)
	waitOf(&s.wg)
	do, doOf := goknot_hook.F1(1253800979, 25, s.once.Do), goknot_hook.F2(1237023360, 25, (*sync.Once).Do)
	do(func() { fmt.Println("once") })
	doOf(&s.once, func() { fmt.Println("twice") })
	goknot_hook.P(1128020857, 18, &s.wg).Add(2); goknot_hook.E(1128020857, 18)
	goknot_hook.B(1116566073, 26); go goknot_hook.F1(3176399876, 18, s.wg.Add)(-1); goknot_hook.A(1116566073, 26)
	goknot_hook.B(1793068557, 26); go goknot_hook.F1(3501100548, 19, (*sync.WaitGroup).Done)(&s.wg); goknot_hook.A(1793068557, 26)
	goknot_hook.P(1148172973, 20, &s.wg).Wait(); goknot_hook.E(1148172973, 20)

	load, store, swap, cas := goknot_hook.AF1R(4132476534, 27, atomic.LoadInt32), goknot_hook.AF2(4000792531, 28, StoreInt32), goknot_hook.AF2R(2529229108, 29, atomic.SwapInt32), goknot_hook.AF3R(2546006727, 29, atomic.CompareAndSwapInt32)
	store(&s.n, 4)
	fmt.Println(add(&s.n, 1), swap(&s.n, 7), cas(&s.n, 7, 8), load(&s.n))
	fmt.Println(goknot_hook.AF2R(3905160249, 29, atomic.AddInt32)(s.nPair()))
	loadP := goknot_hook.AF1R(4270807530, 27, atomic.LoadPointer)
	fmt.Println(loadP(&s.ptr) == nil)
	get, set, cmp := goknot_hook.AM0R(1856532497, 27, &s.next, s.next.Load), goknot_hook.AM1(1598723088, 28, &s.next, s.next.Store), goknot_hook.AF3R(1462298111, 29, (*atomic.Pointer[state]).CompareAndSwap)
	set(s)
	fmt.Println(get() == s, cmp(&s.next, s, nil), get() == nil)
	more, now := goknot_hook.AM1R(1300630842, 29, s.sum.Int64, s.sum.Add), goknot_hook.AM0R(2784106688, 27, s.sum.Int64, s.Load)
	fmt.Println(more(2), now(), goknot_hook.AP(4094817899, 29, s.Int64).CompareAndSwap(2, 3))
	anyCAS, anyStore := goknot_hook.AM2R(2079942468, 29, &s.any, s.any.CompareAndSwap), goknot_hook.AM1(1383285475, 28, &s.any, s.any.Store)
	anyStore("x")
	fmt.Println(anyCAS("x", "y"), goknot_hook.AP(3137277860, 27, &s.any).Load())
	impure := s.self().next.Load
	fmt.Println(impure() == nil)
	finished := make(chan bool)
	goknot_hook.B(4202562483, 26); go func() {
		defer goknot_hook.DClose(1867167696, finished)
		defer goknot_hook.AF2R(1473268412, 29, atomic.AddInt32)(&s.self().n, 1)
		defer s.self().next.Store(s)
	}(); goknot_hook.A(4202562483, 26)
	<-goknot_hook.P(1326357393, 5, finished); goknot_hook.E(1326357393, 5)
	goknot_hook.B(3736061369, 26); go goknot_hook.AM1R(567581800, 29, s.sum.Int64, s.sum.Add)(5); goknot_hook.A(3736061369, 26)
	goknot_hook.B(1349412880, 26); go goknot_hook.AF2(2013369098, 28, atomic.StoreInt32)(&s.n, 12); goknot_hook.A(1349412880, 26)
	for goknot_hook.AP(2333693565, 27, s.sum.Int64).Load() != 8 || atomic.LoadInt32(goknot_hook.AP(2316915946, 27, &s.n)) != 12 {
	}
	fmt.Println(s.n, goknot_hook.AP(3195355435, 27, s.sum.Int64).Load(), goknot_hook.AP(3178577816, 27, &s.next).Load() == s)
}

//go:nosplit
func put(ch chan int) { ch <- 1 }
