#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# An instrumented binary that goknot has not started: the compiler still inlines what it inlines without hooks, and a
# goroutine takes no more memory.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
cat >m/m.go <<'GO'
package m

import "sync"

type guarded struct {
	mu sync.Mutex
	rw sync.RWMutex
	wg sync.WaitGroup
	n  int
}

func (g *guarded) add() {
	g.mu.Lock()
	g.n++
	g.mu.Unlock()
}

func (g *guarded) held() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rw.RLock()
	defer g.rw.RUnlock()
	defer g.wg.Done()
	return g.n
}

func closed(c chan bool) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
GO
cat >m/m_test.go <<'GO'
package m

import (
	"os"
	"runtime"
	"strconv"
	"testing"
)

func TestGoroutines(t *testing.T) {
	const n = 10000
	var g guarded
	g.add()
	g.wg.Add(1)
	g.held()
	stop, done := make(chan bool), make(chan bool)
	closed(stop)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range n {
		go func() {
			<-stop
			done <- true
		}()
	}
	runtime.ReadMemStats(&after)
	close(stop)
	for range n {
		<-done
	}
	if path := os.Getenv("PER_GOROUTINE"); path != "" {
		bytes := (after.TotalAlloc - before.TotalAlloc) / n
		os.WriteFile(path, []byte(strconv.FormatUint(bytes, 10)), 0o600)
	}
}
GO
(cd m && PER_GOROUTINE=$work/stock go test -count=1 . >/dev/null)
goknot fuzz -C m -o campaign -quiet -sched native -policy none -parallel 1 -fuzztime 1x .
expect_rc 0 "the tests with hooks"
(cd m && PER_GOROUTINE=$work/hooks ../campaign/build/bin/example.org+m.test >/dev/null)
expect "bytes for a goroutine: $(cat stock) stock, $(cat hooks) with hooks" test "$(cat hooks)" -lt $(($(cat stock) + 64))

(cd m && go test -c -overlay ../campaign/build/overlay.json -gcflags=-m -o /dev/null . >../inlined 2>&1) || true
for call in 'Mutex).Lock' 'Mutex).Unlock' 'RWMutex).RLock' 'WaitGroup).Add'; do
	expect "inlined: $call: $(cat inlined)" grep -qF "inlining call to sync.(*$call" inlined
done
case $(go env GOVERSION) in
go1.23*) skip "deferred methods" "Go 1.23 inlines nothing into what a defer statement runs" ;;
*)
	for call in 'structs.DM\[' 'sync.(\*Mutex).Unlock' 'sync.(\*RWMutex).RUnlock' 'sync.(\*WaitGroup).Done'; do
		expect "inlined where it is deferred: $call" test "$(grep -c "inlining call to $call" inlined)" -gt 0
	done
	;;
esac
expect "a poll is inlined" grep -q 'can inline closed' inlined
done_testing
