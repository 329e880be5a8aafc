#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Between the load and the store of x.Store(x.Load()+1) somebody else can run, in every form of it.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module nested example.org/nested
cat >nested/n_test.go <<'GO'
package nested

import (
	"sync"
	"sync/atomic"
	"testing"
)

func twice(f func()) {
	var wg sync.WaitGroup
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f()
		}()
	}
	wg.Wait()
}

func TestMethod(t *testing.T) {
	var n atomic.Int32
	twice(func() { n.Store(n.Load() + 1) })
	if n.Load() != 2 {
		t.Fatal("lost")
	}
}

func TestFunction(t *testing.T) {
	var n int32
	twice(func() { atomic.StoreInt32(&n, atomic.LoadInt32(&n)+1) })
	if n != 2 {
		t.Fatal("lost")
	}
}

func TestValue(t *testing.T) {
	var n atomic.Value
	n.Store(0)
	twice(func() { n.Store(n.Load().(int) + 1) })
	if n.Load().(int) != 2 {
		t.Fatal("lost")
	}
}
GO
for t in Method Function Value; do
	goknot fuzz -C nested -o "campaign-$t" -json -quiet -seed 1 -parallel 1 -first -fuzztime 2000x -run "Test$t\$"
	expect_rc 1 "$t: the lost update is found: $(cat out err)"
	goknot replay -C nested -n 10 -json "$(events finding '.[0].crash_file')"
	expect "$t: and replays" test "$(events replay '.[0] | .reproduced == 10 and .same_hash == 10')" = true
done
done_testing
