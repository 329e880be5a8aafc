//line /src/embedded/in.go:1:1
// SPDX-License-Identifier: BSD-2-Clause

package main; import goknot_hook "structs"

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
	goknot_hook.P(3617593155, 12, i).Lock(); goknot_hook.A(3617593155, 12)
	defer goknot_hook.D(2662502520, 13, i.Unlock)
	fmt.Println(i.Name())
}

func main() {
	var v byValue
	goknot_hook.P(443735553, 12, &v).Lock()
	v.n++
	goknot_hook.P(2472166467, 13, &v).Unlock(); goknot_hook.E(2472166467, 13)
	p := &v
	goknot_hook.P(2421544428, 12, p).Lock()
	goknot_hook.P(2649521462, 13, p).Unlock(); goknot_hook.E(2649521462, 13)
	var d deep
	goknot_hook.P(2056002551, 12, &d).Lock()
	goknot_hook.P(4043249087, 13, &d.byValue.Mutex).Unlock(); goknot_hook.E(4043249087, 13)
	use(&d)
	bp := byPointer{new(sync.RWMutex), new(atomic.Int32)}
	goknot_hook.P(632738630, 15, &bp).RLock()
	goknot_hook.P(1805985456, 16, &bp).RUnlock(); goknot_hook.E(1805985456, 16)
	goknot_hook.AP(3292186467, 29, bp.Int32).Add(2)
	goknot_hook.P(1064282913, 12, makeByPointer()).Lock()
	goknot_hook.P(234670159, 13, makeByPointer()).Unlock(); goknot_hook.E(234670159, 13)
	goknot_hook.AP(3841668993, 29, makeByPointer().Int32).Add(1)
	l := withLocker{&v}
	goknot_hook.P(1257311405, 12, &l).Lock(); goknot_hook.A(1257311405, 12)
	goknot_hook.P(409235579, 13, &l).Unlock(); goknot_hook.A(409235579, 13)
	goknot_hook.P(766124167, 12, func() withLocker { return l }()).Lock(); goknot_hook.A(766124167, 12)
	goknot_hook.P(2346564637, 13, func() withLocker { return l }()).Unlock(); goknot_hook.A(2346564637, 13)
	var c counter
	goknot_hook.AP(518144326, 29, &c.Int64).Add(3)
	fmt.Println(goknot_hook.AP(766110494, 27, &c.Int64).Load(), goknot_hook.AP(782888113, 27, bp.Int32).Load(), goknot_hook.AP(732555256, 27, shared.Int32).Load(), v.n)
}
