#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Operations that are used as values (method values and expressions, functions of sync/atomic, go with arguments) and
# operations in files that import C or are of a language without generic functions: each is a scheduling point with its
# own name.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module values example.org/values
cat >values/v_test.go <<'GO'
package values

import (
	"sync"
	"sync/atomic"
	"testing"
)

func twice(f func()) {
	var wg sync.WaitGroup
	done := wg.Done
	for range 2 {
		wg.Add(1)
		go func() {
			defer done()
			f()
		}()
	}
	wg.Wait()
}

func TestMethodValue(t *testing.T) {
	var n atomic.Int32
	load, store := n.Load, n.Store
	twice(func() { v := load() + 1; store(v) })
	if load() != 2 {
		t.Fatal("lost")
	}
}

func TestFunctionValue(t *testing.T) {
	var n int32
	load, store := atomic.LoadInt32, atomic.StoreInt32
	twice(func() { v := load(&n) + 1; store(&n, v) })
	if n != 2 {
		t.Fatal("lost")
	}
}

func TestGoAtomic(t *testing.T) {
	var n, seen atomic.Int32
	n.Store(1)
	done := make(chan bool)
	go n.Store(2)
	go func() {
		if n.Load() == 2 && n.Load() == 2 {
			seen.Store(1)
		}
		close(done)
	}()
	<-done
	if seen.Load() == 0 {
		t.Fatal("not yet")
	}
}

func TestLockValues(t *testing.T) {
	var a, b sync.Mutex
	lock, unlock := (*sync.Mutex).Lock, (*sync.Mutex).Unlock
	var wg sync.WaitGroup
	both := func(x, y *sync.Mutex) {
		defer wg.Done()
		lock(x)
		lock(y)
		unlock(y)
		unlock(x)
	}
	wg.Add(2)
	go both(&a, &b)
	go both(&b, &a)
	wg.Wait()
}
GO
found() { # directory, test, operation that the trace names with its position
	goknot fuzz -C "$1" -o "campaign-$2" -json -quiet -seed 1 -parallel 1 -first -fuzztime 2000x -run "$2\$"
	expect_rc 1 "$2: the bug is found: $(cat out err)"
	goknot replay -C "$1" -n 10 -trace interleaving -json "$(events finding '.[0].crash_file')"
	expect "$2: and replays" test "$(events replay '.[0] | .reproduced == 10 and .same_hash == 10')" = true
	expect "$2: the interleaving names $3: $(cat interleaving)" grep -Eq "$3" interleaving
}
found values TestMethodValue 'atomic_store v_test.go:24 '
found values TestFunctionValue 'atomic_store v_test.go:33 '
found values TestGoAtomic 'atomic_store v_test.go:44 '
found values TestLockValues 'lock v_test.go:59 '

# A file that imports C, and one of a module from before generics; in neither does anything else change.
module old example.org/old
sed -i 's/^go .*/go 1.16/' old/go.mod
cat >old/c.go <<'GO'
// Package old is from before generics.
package old

// static int twice(int n) { return 2 * n; }
import "C"

import "sync/atomic"

var n int32

func more() { v := atomic.LoadInt32(&n) + int32(C.twice(1)); atomic.StoreInt32(&n, v) }
GO
cat >old/o_test.go <<'GO'
// Package old is from before generics.
package old

import "testing"

func TestCgo(t *testing.T) {
	done := make(chan bool)
	for i := 0; i < 2; i++ {
		go func() { more(); done <- true }()
	}
	<-done
	<-done
	if n%4 != 0 {
		t.Fatal("lost")
	}
}
GO
if command -v cc >/dev/null || command -v gcc >/dev/null; then
	found old TestCgo 'atomic_store c.go:11 '
else
	skip cgo "no C compiler"
fi

# What could not be hooked shows in the status, with its reason in the list of sites.
module unhooked example.org/unhooked
cat >unhooked/u_test.go <<'GO'
package unhooked

import "testing"

//go:nosplit
func put(ch chan int) { ch <- 1 }

func TestPut(t *testing.T) {
	ch := make(chan int, 1)
	put(ch)
	<-ch
}
GO
goknot fuzz -C unhooked -o campaign-unhooked -quiet -fuzztime 10x
expect_rc 0 "an operation without a hook"
goknot status -json campaign-unhooked
expect "the status counts it: $(cat out)" test "$(events status '.[0] | "\(.hooks_placed) \(.hooks_unplaced) \(.hooks_missed)"')" = "1 1 0"
goknot status campaign-unhooked
expect "the status says so: $(cat out)" grep -q '^1 operation with a hook, 1 without' out
goknot list -C unhooked -sites
expect_err '.*u_test.go:6:28 send has no hook: //go:nosplit'
done_testing
