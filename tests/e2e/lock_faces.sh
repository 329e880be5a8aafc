#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Where no hook stands, an operation of package sync has the position of who calls it, whatever way it is called: by the
# inlined face of the method, deferred, through an interface, an alias, an embedded primitive, a method value.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module dep example.org/dep
cat >dep/dep.go <<'GO'
package dep

import "sync"

type Embedded struct{ sync.Mutex }
type Alias = sync.RWMutex
type Deep struct{ *Embedded }

type Adder interface{ Add(int) }
type Group struct{ sync.WaitGroup }

func small(mu *sync.Mutex) { mu.Lock() }

func byLocker(l sync.Locker) {
	l.Lock()
	l.Unlock()
}

func deferred(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
}

func Forms() {
	var mu sync.Mutex
	var rw Alias
	var once sync.Once
	var g Group
	mu.Lock()
	mu.Unlock()
	small(&mu)
	mu.Unlock()
	deferred(&mu)
	byLocker(&mu)
	byLocker(&Embedded{})
	byLocker(Deep{&Embedded{}})
	byLocker(&Deep{&Embedded{}})
	byLocker(rw.RLocker())
	rw.RLock()
	rw.RUnlock()
	rw.Lock()
	rw.Unlock()
	once.Do(func() {
		rw.RLock()
	})
	once.Do(nil)
	Adder(&g).Add(2)
	g.Done()
	func() { defer g.Done() }()
	g.Wait()
	f := mu.Lock
	f()
}
GO
module m example.org/m
cat >>m/go.mod <<'MOD'

require example.org/dep v0.0.0

replace example.org/dep => ../dep
MOD
cat >m/it_test.go <<'GO'
package m

import (
	"testing"

	"example.org/dep"
)

func TestForms(t *testing.T) {
	early := make(chan bool, 1)
	go func() { early <- true }()
	dep.Forms()
	if len(early) > 0 {
		t.Fatal("not by every schedule, or it would be no finding")
	}
}
GO
cat >wanted <<'TEXT'
lock dep.go:29
unlock dep.go:30
lock dep.go:12
unlock dep.go:32
lock dep.go:20
unlock dep.go:21
lock dep.go:15
unlock dep.go:16
lock dep.go:15
unlock dep.go:16
lock dep.go:15
unlock dep.go:16
rlock dep.go:15
runlock dep.go:16
rlock dep.go:39
runlock dep.go:40
lock dep.go:41
unlock dep.go:42
once dep.go:43
rlock dep.go:44
once dep.go:46
wgadd dep.go:47
wgdone dep.go:48
wgdone dep.go:49
wgwait dep.go:50
TEXT
goknot fuzz -C m -o campaign -json -quiet -seed 1 -parallel 1 -first -fuzztime 50x .
expect_rc 1 "a test that fails"
goknot replay -C m -o campaign "$(events finding '.[0].crash_file')"
sed '/^$/q' out | grep -o '[a-z]* dep.go:.*' >seen
expect "positions: $(diff wanted seen)" cmp -s wanted seen
done_testing
