//line /src/defermethod/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"; import goknot_hook_sync "sync"

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
	goknot_hook.P(3314575451, 12, &g.mu).Lock()
	defer goknot_hook.DM(1791120497, 13, (*goknot_hook_sync.Mutex).Unlock, &g.mu)
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
		goknot_hook.P(2526077543, 12, &locks[i]).Lock()
		defer goknot_hook.DM(981834237, 13, (*goknot_hook_sync.Mutex).Unlock, &locks[i])
	}
	p := &locks[0]
	goknot_hook.P(1058079980, 13, p).Unlock(); goknot_hook.E(1058079980, 13)
	goknot_hook.P(545970042, 12, p).Lock()
	defer func() { fmt.Println("evaluated when it was deferred", goknot_hook.P(741649735, 14, &locks[1]).TryLock(), p == &locks[1]) }()
	defer p.TryLock(); defer goknot_hook.B(2261844322, 14)
	defer goknot_hook.DM(2455388848, 13, (*goknot_hook_sync.Mutex).Unlock, p)
	p = &locks[1]
}

func forms() {
	var v value
	goknot_hook.P(4179674064, 12, &v).Lock()
	defer goknot_hook.DM(1728224394, 13, (*goknot_hook_sync.Mutex).Unlock, &v.Mutex)
	d := deep{value: new(value)}
	goknot_hook.P(3340738427, 12, &d).Lock()
	defer goknot_hook.DM(651408547, 13, (*goknot_hook_sync.Mutex).Unlock, &d.value.Mutex)
	goknot_hook.P(2898284055, 18, &d.named).Add(3); goknot_hook.E(2898284055, 18)
	defer goknot_hook.DM(607876424, 20, (*goknot_hook_sync.WaitGroup).Wait, &d.named)
	defer goknot_hook.DM(3773803357, 19, (*goknot_hook_sync.WaitGroup).Done, &(d.named))
	defer goknot_hook.DM(2113930722, 19, (*goknot_hook_sync.WaitGroup).Done, (&d.named))
	pd := &d
	defer goknot_hook.DM(3368683742, 19, (*goknot_hook_sync.WaitGroup).Done, &(*pd).named,

)
	goknot_hook.P(628860139, 15, &shared).RLock()
	goknot_hook.P(2035691440, 15, &shared).RLock()
	goknot_hook.P(4067311297, 15, &shared).RLock()
	defer goknot_hook.DM(1216925298, 16, (*goknot_hook_sync.RWMutex).RUnlock, made("early").RWMutex)
	defer goknot_hook.DM(3275161001, 16, (*goknot_hook_sync.RWMutex).RUnlock, shared.
		RWMutex,
)
	defer goknot_hook.D(2348956270, 16, (shared.RWMutex.RUnlock))
	var sync s.Locker = new(s.Mutex)
	goknot_hook.P(246539576, 12, sync).Lock(); goknot_hook.A(246539576, 12)
	defer goknot_hook.D(932007154, 13, sync.Unlock)
	fmt.Println("deferred")
}

func main() {
	try("nil struct", func() {
		var d *deep
		defer goknot_hook.DM(2417755374, 19, (*goknot_hook_sync.WaitGroup).Done, &d.named)
	})
	try("nil embedded", func() {
		var d deep
		defer goknot_hook.DM(3739861716, 13, (*goknot_hook_sync.Mutex).Unlock, &d.value.Mutex)
	})
	try("nil lock", func() {
		var l *s.Mutex
		defer goknot_hook.DM(2210297153, 13, (*goknot_hook_sync.Mutex).Unlock, l)
	})
	elements()
	forms()
	fmt.Println(goknot_hook.P(1535953548, 14, &shared).TryLock())
	fmt.Println((&generic[int]{v: 3}).get(), (&generic[string]{v: "x"}).get())
}
