#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Test functions of every shape end under the plain schedule as they do with go test, and every run replays the same.
# Names say nothing: what is wanted is what the stock test binary answers.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

GO=${GOKNOT_GO:-go}
minor=$("$GO" env GOVERSION | sed 's/^go1\.\([0-9]*\).*/\1/')

stock() { # test: its verdict with go test
	local code=0
	(cd "$2" && timeout 60 "$work/stock.test" -test.run "^$1\$" -test.v -test.timeout 30s) >"$work/stock.out" 2>&1 || code=$?
	case $code in
	0) if grep -aq "^--- SKIP: $1 " "$work/stock.out"; then echo skip; else echo ok; fi ;;
	1) echo fail ;;
	*) echo panic ;;
	esac
}

# Each test some runs, each in a process of its own and replayed in another.
same_as_stock() { # directory, tests at least
	local test tests wanted
	(cd "$1" && "$GO" test -vet=off -c -o "$work/stock.test" .)
	goknot list -C "$1"
	tests=$(cut -d ' ' -f 2 <out)
	expect "$1: $(wc -w <<<"$tests") tests" test "$(wc -w <<<"$tests")" -ge "$2"
	goknot fuzz -C "$1" -o "campaign-$1" -json -quiet -seed 1 -parallel 1 -policy fifo -mutate=false -audit 1 -fresh 1 \
		-fuzztime $((3 * $(wc -w <<<"$tests")))x
	for test in $tests; do
		wanted=$(stock "$test" "$1")
		expect "$1: $test: $wanted with go test; $(grep -aF "\"$test\"" out | head -3 | cut -c 1-300)" test \
			"$(events audit "map(select(.test == \"$test\")) | length >= 1 and
				all(.[]; .end == \"$wanted\" and .reproduced and .same_hash)")" = true
	done
}

module in example.org/in
cat >in/in_test.go <<'GO'
package in

import (
	"os"
	"strings"
	"sync"
	"testing"
)

func step() {
	c := make(chan int)
	go func() { c <- 1 }()
	<-c
}

func TestOkRunInGoroutines(t *testing.T) {
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		wg.Add(1)
		go func() {
			defer wg.Done()
			t.Run(name, func(t *testing.T) { step() })
		}()
	}
	wg.Wait()
}

func TestOkParallelSubtests(t *testing.T) {
	var mu sync.Mutex
	n := 0
	t.Run("group", func(t *testing.T) {
		for _, name := range []string{"a", "b", "c"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				step()
				mu.Lock()
				n++
				mu.Unlock()
			})
		}
	})
	if n != 3 {
		t.Error(n)
	}
}

func TestSkipAfterSteps(t *testing.T) {
	step()
	t.Skip("later")
}

func TestOkSkippedSubtests(t *testing.T) {
	t.Run("now", func(t *testing.T) { t.SkipNow() })
	t.Run("later", func(t *testing.T) { step(); t.Skipf("%d", 1) })
	t.Run("parallel", func(t *testing.T) { t.Parallel(); step(); t.SkipNow() })
	step()
}

func TestSkipThenError(t *testing.T) {
	defer step()
	t.Cleanup(step)
	t.SkipNow()
}

func TestFailThenSkip(t *testing.T) {
	t.Error("an error before the skip")
	t.Skip("skipped")
}

func TestFailInSubtest(t *testing.T) {
	t.Run("good", func(t *testing.T) { step() })
	t.Run("bad", func(t *testing.T) { step(); t.FailNow() })
}

// Not allowed, and what go test does of it: Goexit of that goroutine, and the failure counts.
func TestFailNowElsewhere(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		t.Fatal("fatal in another goroutine")
	}()
	wg.Wait()
}

func TestFailErrorElsewhere(t *testing.T) {
	done := make(chan bool)
	go func() { defer close(done); t.Error("error in another goroutine") }()
	<-done
}

// FailNow of the parent from a subtest.
func TestFailParent(t *testing.T) {
	t.Run("sub", func(*testing.T) { t.FailNow() })
	step()
}

func TestSkipElsewhere(t *testing.T) {
	done := make(chan bool)
	go func() { defer close(done); t.SkipNow() }()
	<-done
}

func TestFailInCleanup(t *testing.T) {
	t.Cleanup(func() { t.Error("in the cleanup") })
	step()
}

func TestFailInParallelSubtest(t *testing.T) {
	for _, name := range []string{"a", "b"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			step()
			if name == "b" {
				t.Fatal(name)
			}
		})
	}
}

func TestOkCleanupOrder(t *testing.T) {
	var order []string
	t.Run("sub", func(t *testing.T) {
		t.Cleanup(func() { order = append(order, "first") })
		t.Cleanup(func() { step(); order = append(order, "second") })
		t.Run("below", func(t *testing.T) { t.Cleanup(func() { order = append(order, "below") }) })
	})
	if got := strings.Join(order, " "); got != "below second first" {
		t.Error(got)
	}
}

func TestOkDirsAndEnv(t *testing.T) {
	dir := t.TempDir()
	if other := t.TempDir(); other == dir {
		t.Error("one directory for two")
	}
	if err := os.WriteFile(dir+"/x", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if was, ok := os.LookupEnv("SHAPES"); ok {
		t.Error("left from the last run:", was)
	}
	t.Setenv("SHAPES", dir)
	if os.Getenv("SHAPES") != dir {
		t.Error("not set")
	}
	step()
}

func TestOkDeadline(t *testing.T) {
	if d, ok := t.Deadline(); ok {
		t.Log(d)
	}
	step()
}

func TestOkÄöüПривет世界(t *testing.T) {
	t.Run("ünter / 世界\x00", func(t *testing.T) { step() })
}

func TestOk_(t *testing.T) { step() }

func Test(t *testing.T) { step() }

func Test1(t *testing.T) { step() }

// Both packages have one of this name; go test runs both.
func TestOkTwice(t *testing.T) { step() }

func TestFailSecond(t *testing.T) { step() }

func TestPanicsInSubtest(t *testing.T) {
	t.Run("sub", func(t *testing.T) { step(); panic("in a subtest") })
}

func TestPanicsRunInCleanup(t *testing.T) {
	t.Cleanup(func() { t.Run("sub", func(t *testing.T) {}) })
}

func TestPanicsParallelTwice(t *testing.T) {
	t.Parallel()
	t.Parallel()
}

func TestPanicsSetenvParallel(t *testing.T) {
	t.Parallel()
	t.Setenv("A", "B")
}
GO
cat >in/ex_test.go <<'GO'
package in_test

import (
	"testing"
)

func TestOkExternal(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
	<-c
}

func TestOkTwice(t *testing.T) { TestOkExternal(t) }

func TestFailSecond(t *testing.T) { t.Error("the second of this name fails") }
GO
same_as_stock in 25

# A wrong use that can hang: what is left is a deadlock, told at once.
module hang example.org/hang
cat >hang/h_test.go <<'GO'
package hang

import "testing"

func TestWaitsForFailed(t *testing.T) {
	c := make(chan int)
	go func() {
		t.FailNow()
		c <- 1
	}()
	<-c
}
GO
goknot fuzz -C hang -o campaign-hang -json -quiet -seed 1 -parallel 1 -first -fuzztime 1000x
expect_rc 1 "FailNow elsewhere, waited for"
expect "FailNow elsewhere, waited for: $(cat out)" test "$(events finding '.[0] | .title')" = 'deadlock: recv h_test.go:11'
goknot replay -C hang -o campaign-hang -n 3 -json campaign-hang/crashes/*.crash
expect "replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true

# What newer releases have.
module new example.org/new
sed -i "s/^go .*/go 1.$minor/" new/go.mod
cat >new/in_test.go <<'GO'
package new

import (
	"context"
	"os"
	"testing"
)

func TestOkChdir(t *testing.T) {
	was, _ := os.Getwd()
	dir := t.TempDir()
	t.Chdir(dir)
	if now, _ := os.Getwd(); now == was {
		t.Error(now)
	}
	if _, err := os.Stat("in_test.go"); err == nil {
		t.Error("still there")
	}
}

func TestOkHome(t *testing.T) {
	if _, err := os.Stat("in_test.go"); err != nil {
		t.Error(err)
	}
}

func TestOkContext(t *testing.T) {
	ctx := t.Context()
	done := make(chan error, 1)
	t.Cleanup(func() {
		if err := <-done; err != context.Canceled {
			t.Error(err)
		}
	})
	go func() { <-ctx.Done(); done <- ctx.Err() }()
	t.Run("sub", func(t *testing.T) {
		if t.Context().Err() != nil {
			t.Error("canceled too early")
		}
	})
	if ctx.Err() != nil {
		t.Error("canceled too early")
	}
}

func FuzzContext(f *testing.F) {
	f.Add(1)
	ctx := f.Context()
	f.Fuzz(func(t *testing.T, n int) {
		if ctx.Err() != nil || t.Context().Err() != nil {
			t.Error("canceled too early")
		}
	})
}
GO
cat >new/bubble_test.go <<'GO'
//go:build go1.25

package new

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestOkBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := make(chan time.Time)
		start := time.Now()
		go func() { time.Sleep(time.Hour); c <- time.Now() }()
		synctest.Wait()
		if d := (<-c).Sub(start); d != time.Hour {
			t.Error(d)
		}
	})
}

func TestOkBubbleInSub(t *testing.T) {
	t.Run("sub", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			t.Cleanup(func() { time.Sleep(time.Second) })
			time.Sleep(time.Minute)
			if t.Context().Err() != nil {
				t.Error("canceled too early")
			}
		})
	})
}

func TestFailBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { time.Sleep(1); t.Fatal("in the bubble") })
	t.Error("not reached")
}

func TestSkipBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { time.Sleep(1); t.Skip("in the bubble") })
}

// Nobody in the bubble can ever go on: a panic with go test.
func TestPanicBubbleDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { c := make(chan int); <-c })
}
GO
if [ "$minor" -lt 24 ]; then
	skip "t.Chdir, t.Context, testing/synctest" "go1.$minor has none"
else
	same_as_stock new "$([ "$minor" -lt 25 ] && echo 4 || echo 9)"
fi

# TestMain in every way.
main() { # directory; the function comes from standard input
	module "$1" "example.org/$1"
	{
		printf 'package %s\n\nimport (\n\t"flag"\n\t"os"\n\t"testing"\n)\n\n' "$1"
		printf 'var up = flag.Bool("up", false, "")\nvar _ = os.Exit\nvar ask = make(chan chan int)\n\n'
		cat
		printf '\nfunc TestA(t *testing.T) {\n\tif !*up {\n\t\tt.Error("not up")\n\t}\n'
		printf '\tc := make(chan int)\n\tgo func() { c <- 1 }()\n\t<-c\n}\n'
	} >"$1/m_test.go"
}
main noexit <<'GO'
func TestMain(m *testing.M) {
	flag.Parse()
	*up = true
	m.Run()
	*up = false
}
GO
main twice <<'GO'
func TestMain(m *testing.M) {
	*up = true
	os.Exit(m.Run() + m.Run())
}
GO
main server <<'GO'
func TestMain(m *testing.M) {
	go func() {
		for c := range ask {
			c <- 1
		}
	}()
	*up = true
	code := m.Run()
	close(ask)
	os.Exit(code)
}

func TestAsks(t *testing.T) {
	c := make(chan int)
	for range 3 {
		ask <- c
		<-c
	}
}

func Example_asks() {
	c := make(chan int)
	ask <- c
	println(<-c)
	// Output:
}
GO
for dir in noexit twice server; do same_as_stock "$dir" 1; done

# Nothing can be run when TestMain never calls m.Run: with go test that is a success of no tests.
main norun <<'GO'
func TestMain(m *testing.M) {}
GO
main exits <<'GO'
func TestMain(m *testing.M) { os.Exit(3) }
GO
main panics <<'GO'
func TestMain(m *testing.M) { panic("in TestMain") }
GO
while read -r dir code; do
	goknot fuzz -C "$dir" -o "campaign-$dir" -json -quiet -seed 1 -parallel 1 -fuzztime 3x
	expect_rc 4 "TestMain: $dir"
	expect "TestMain: $dir: $(cat out)" test "$(events "set aside" '.[0].why')" = \
		"the process ends before the test begins (exit code $code): TestMain or an init function"
done <<'END'
norun 0
exits 3
panics 2
END
done_testing
