//line /src/sync/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

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

func (w *wrapper) Lock()   { goknot_hook.P(1157499801, 12, &w.inner).Lock() }
func (w *wrapper) Unlock() { goknot_hook.P(2559533949, 13, &w.inner).Unlock(); goknot_hook.E(2559533949, 13) }

func (s *store) child(k string) *store { return s.m[k] }

func byValue(l sync.Locker) { goknot_hook.P(190224085, 12, l).Lock(); goknot_hook.A(190224085, 12); goknot_hook.P(596370894, 13, l).Unlock(); goknot_hook.A(596370894, 13) }

func param[L sync.Locker](l L) {
	goknot_hook.P(909245547, 12, l).Lock(); goknot_hook.A(909245547, 12)
	defer goknot_hook.D(4291297327, 13, l.Unlock)
}

var global sync.Mutex

func main() {
	s := &store{rw: new(sync.RWMutex), l: new(sync.Mutex), list: make([]sync.Mutex, 2)}
	s.m = map[string]*store{"a": s}
	goknot_hook.P(2509299924, 12, &s.mu).Lock()
	goknot_hook.P(965056618, 13, &s.mu).Unlock(); goknot_hook.E(965056618, 13)
	goknot_hook.P(125546509, 12, &(s.mu)).Lock(); goknot_hook.P(4289776806, 13, (&s.mu)).Unlock(); goknot_hook.E(4289776806, 13)
	goknot_hook.P(531907036, 12, &(*s).mu).Lock()
	(goknot_hook.P(1074857599, 13, &s.mu).Unlock)(); goknot_hook.E(1074857599, 13)
	goknot_hook.P(562747661, 12, &s.child("a").mu).Lock()
	goknot_hook.P(2488944086, 13, &s.child("a").
		mu).
		Unlock(); goknot_hook.E(2488944086, 13)
	goknot_hook.P(34267779, 15, s.rw).RLock()
	goknot_hook.P(3416348152, 16, s.rw).RUnlock(); goknot_hook.E(3416348152, 16)
	goknot_hook.P(611934877, 12, s.rw.RLocker()).Lock(); goknot_hook.A(611934877, 12)
	goknot_hook.P(1489010957, 13, s.rw.RLocker()).Unlock(); goknot_hook.A(1489010957, 13)
	goknot_hook.P(2039224932, 12, s.rw).Lock()
	goknot_hook.P(4026471468, 13, s.rw).Unlock(); goknot_hook.E(4026471468, 13)
	goknot_hook.P(1322077585, 12, s.l).Lock(); goknot_hook.A(1322077585, 12)
	goknot_hook.P(626211601, 13, s.l).Unlock(); goknot_hook.A(626211601, 13)
	goknot_hook.P(3323960808, 12, &s.list[1]).Lock()
	goknot_hook.P(634630928, 13, &s.list[1]).Unlock(); goknot_hook.E(634630928, 13)
	goknot_hook.P(778941173, 12, &global).Lock()
	if goknot_hook.P(3509629159, 14, &global).TryLock() || goknot_hook.P(4099233078, 17, s.rw).TryRLock() && goknot_hook.P(3492851540, 14, s.rw).TryLock() {
		fmt.Println("got one")
	}
	goknot_hook.P(2000118070, 16, s.rw).RUnlock(); goknot_hook.E(2000118070, 16)
	goknot_hook.P(1147362758, 13, &global).Unlock(); goknot_hook.E(1147362758, 13)
	var w wrapper
	w.Lock()
	w.Unlock()
	byValue(&w)
	byValue(&s.mu)
	param(&s.mu)
	param[sync.Locker](s.l)
	(*sync.Mutex).Lock(goknot_hook.P(1109338932, 12, &s.mu))
	sync.Locker.Unlock(goknot_hook.P(2552027678, 13, &s.mu)); goknot_hook.A(2552027678, 13)

	var wg sync.WaitGroup
	goknot_hook.P(2691885822, 18, &wg).Add(1); goknot_hook.E(2691885822, 18)
	goknot_hook.B(2380288706, 26); go func() { goknot_hook.P(636755996, 19, &wg).Done(); goknot_hook.E(636755996, 19) }(); goknot_hook.A(2380288706, 26)
	goknot_hook.P(2187876795, 20, &wg).Wait(); goknot_hook.E(2187876795, 20)
	c := sync.NewCond(&s.mu)
	goknot_hook.P(3247363739, 12, c.L).Lock(); goknot_hook.A(3247363739, 12)
	ready := false
	goknot_hook.B(1776290938, 26); go func() {
		goknot_hook.P(1376210032, 12, c.L).Lock(); goknot_hook.A(1376210032, 12)
		ready = true
		goknot_hook.P(1524461530, 23, c).Signal(); goknot_hook.E(1524461530, 23)
		goknot_hook.P(1923425808, 24, c).Broadcast(); goknot_hook.E(1923425808, 24)
		goknot_hook.P(4124439819, 13, c.L).Unlock(); goknot_hook.A(4124439819, 13)
	}(); goknot_hook.A(1776290938, 26)
	for !ready {
		goknot_hook.P(3453709319, 22, c).Wait(); goknot_hook.E(3453709319, 22)
	}
	goknot_hook.P(2193519534, 13, c.L).Unlock(); goknot_hook.A(2193519534, 13)
	goknot_hook.P(3330114629, 25, &s.once).Do(func() { fmt.Println("once") }); goknot_hook.A(3330114629, 25)
	goknot_hook.P(3774169438, 25, &s.once).Do(func() { fmt.Println("never") }); goknot_hook.A(3774169438, 25)
	f := goknot_hook.F0(2216808781, 12, s.mu.Lock)
	f()
	for i := 0; i < 1; goknot_hook.P(458797496, 13, &s.mu).Unlock() {
		i++
	}
}
