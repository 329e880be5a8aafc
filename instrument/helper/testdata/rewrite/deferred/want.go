//line /src/deferred/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"; import goknot_hook_sync "sync"

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
	goknot_hook.P(1140722182, 12, &s.mu).Lock()
	defer goknot_hook.DM(2542756330, 13, (*goknot_hook_sync.Mutex).Unlock, &s.mu)
	goknot_hook.P(3135829465, 15, s.rw).RLock()
	defer goknot_hook.DM(2164506967, 16, (*goknot_hook_sync.RWMutex).RUnlock, s.rw); defer fmt.Println("in between")
	goknot_hook.P(3243611588, 18, &s.wg).Add(2); goknot_hook.E(3243611588, 18)
	defer goknot_hook.DM(319245064, 19, (*goknot_hook_sync.WaitGroup).Done, &s.wg)
	defer s.self("early").wg.Add(-1); defer goknot_hook.B(1699595658, 18)
	defer s.once.Do(func() { fmt.Println("once", s.n) }); defer goknot_hook.B(1646585396, 25)
	defer atomic.AddInt32(&s.n, 5); defer goknot_hook.AP(3092111329, 29, &s.n)
	defer s.typed.Store(3); defer goknot_hook.AP(1401578149, 28, &s.typed)
	defer goknot_hook.AF2R(1512732204, 29, atomic.AddInt32)(&s.self("impure").n, 1)
	defer s.mu.TryLock(); defer goknot_hook.B(1603165260, 14)
	other := s
	defer goknot_hook.DM(3685184744, 16, (*goknot_hook_sync.RWMutex).RUnlock, other.rw,
)
	goknot_hook.P(3324772735, 15, s.rw).RLock()
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
	goknot_hook.P(2303063620, 20, &s.wg).Wait(); goknot_hook.E(2303063620, 20)
	fmt.Println(goknot_hook.P(2078614876, 14, &s.mu).TryLock(), goknot_hook.P(2095392495, 14, s.rw).TryLock(), s.n, goknot_hook.AP(2074305257, 27, &s.typed).Load())
}
