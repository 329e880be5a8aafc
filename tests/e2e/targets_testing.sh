#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What package testing offers works under the controlled scheduler, run after run in one process: parallel tests,
# subtests, cleanups, TestMain, skipping, failing, flags, temporary directories.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

fuzz() { # directory, flags...
	goknot fuzz -C "$@" -o "$work/campaign-$1" -json -quiet -seed 1 -parallel 1
}
clean() { # name: all runs were good and none was set aside
	expect_rc 0 "$1"
	expect "$1: $(cat out)" test "$(events summary '.[0] | .findings == 0 and .rejected == 0 and .listed == 0
		and .set_aside == 0 and .runs >= 500')" = true
}

module parallel example.org/parallel
cat >parallel/p_test.go <<'GO'
package parallel

import (
	"sync"
	"testing"
)

// The subtests need each other: none ends before both have started.
func TestParallel(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	ended := 0
	var mu sync.Mutex
	t.Cleanup(func() {
		if ended != 2 {
			t.Errorf("%d subtests ended before the cleanup", ended)
		}
	})
	t.Run("group", func(t *testing.T) {
		for i := 0; i < 2; i++ {
			t.Run("sub", func(t *testing.T) {
				t.Parallel()
				both.Done()
				both.Wait()
				mu.Lock()
				ended++
				mu.Unlock()
			})
		}
	})
}

func TestTopParallel(t *testing.T) {
	t.Parallel()
	c := make(chan int)
	go func() { c <- 1 }()
	<-c
}
GO
fuzz parallel -fuzztime 1s
clean "t.Parallel"
goknot status -json campaign-parallel
expect "not both tests ran: $(cat out)" test "$(events target 'length == 2 and all(.[]; .runs > 0)')" = true

module cleanup example.org/cleanup
cat >cleanup/c_test.go <<'GO'
package cleanup

import (
	"os"
	"sync/atomic"
	"testing"
)

var open atomic.Int32

// Every run starts from what the last one's cleanups left.
func TestCleanup(t *testing.T) {
	if n := open.Add(1); n != 1 {
		t.Fatalf("%d are open: a cleanup did not run", n-1)
	}
	t.Cleanup(func() { open.Add(-1) })
	dir := t.TempDir()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Fatal("the temporary directory is not empty", left, err)
	}
	if err := os.WriteFile(dir+"/x", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CLEANUP", "set")
	ctx := t.Context
	_ = ctx
	done := make(chan bool)
	go func() { defer close(done) }()
	<-done
}
GO
sed -i 's/^\tctx := t.Context$//; s/^\t_ = ctx$//' cleanup/c_test.go
fuzz cleanup -fuzztime 600x
clean "t.Cleanup"

module main example.org/main
cat >main/m_test.go <<'GO'
package main_test

import (
	"flag"
	"os"
	"testing"
)

var word = flag.String("word", "", "given behind -args")
var ready bool

func TestMain(m *testing.M) {
	flag.Parse()
	ready = true
	code := m.Run()
	os.Exit(code)
}

func TestReady(t *testing.T) {
	if !ready || *word != "given" || !testing.Short() {
		t.Fatal("TestMain, -args or -short did not reach the test", ready, *word)
	}
	c := make(chan int, 1)
	go func() { c <- 1 }()
	<-c
}
GO
goknot fuzz -C main -o campaign-main -json -quiet -seed 1 -parallel 1 -short -fuzztime 600x . -args -word given
clean "TestMain, -short and -args"

module skip example.org/skip
printf 'package skip\n\nimport "testing"\n\nfunc TestSkip(t *testing.T) { t.Skip("not here") }\n' >skip/s_test.go
fuzz skip -fuzztime 600x
expect "t.Skip: exit code $rc" test "$rc" -eq 0 -o "$rc" -eq 4
expect "t.Skip: $(cat out)" test "$(events summary '.[0] | .findings == 0 and .rejected == 0')" = true

# A failure on every schedule is no finding: it is listed once, with what to do about it.
module always example.org/always
printf 'package always\n\nimport "testing"\n\nfunc TestAlways(t *testing.T) {\n\tt.Log("seen")\n\tt.FailNow()\n}\n' >always/a_test.go
fuzz always -fuzztime 600x
expect_rc 0 "a test that always fails"
expect "a test that always fails: $(cat out)" test "$(events listed 'length == 1 and .[0].test == "TestAlways"')" = true
expect "a test that always fails is no finding" test "$(events summary '.[0].findings')" = 0

# FailNow on one schedule only, from a subtest; the log lines of the run lie beside the crash file.
module some example.org/some
cat >some/s_test.go <<'GO'
package some

import "testing"

func TestSome(t *testing.T) {
	t.Run("sub", func(t *testing.T) {
		c := make(chan string, 2)
		go func() { c <- "a" }()
		go func() { c <- "b" }()
		if first := <-c; first == "b" {
			t.Log("log line of the failing run")
			t.FailNow()
		}
		<-c
	})
}
GO
fuzz some -first -fuzztime 5000x
expect_rc 1 "a test that fails sometimes"
expect "verdict: $(cat out)" test "$(events finding '.[0].verdict')" = fail
expect "the log line is not saved: $(cat campaign-some/crashes/*.output)" \
	grep -q 'log line of the failing run' campaign-some/crashes/*.output
goknot replay -C some -o campaign-some -n 3 -json campaign-some/crashes/*.crash
expect "replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true

# Time is virtual: an hour of sleep costs nothing, and timers still race with work.
module sleep example.org/sleep
cat >sleep/s_test.go <<'GO'
package sleep

import (
	"testing"
	"time"
)

func TestSleep(t *testing.T) {
	start := time.Now()
	time.Sleep(time.Hour)
	if d := time.Since(start); d < time.Hour || d > 2*time.Hour {
		t.Fatal(d)
	}
}
GO
fuzz sleep -fuzztime 600x
clean "an hour of sleep"
module outside example.org/outside
cat >outside/o_test.go <<'GO'
package outside

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// A child that nobody waits for must not keep the run.
func TestOrphan(t *testing.T) {
	if err := exec.Command("setsid", "sleep", "1000").Start(); err != nil {
		t.Fatal(err)
	}
}

// The signal comes through the kernel and a thread of the runtime: not a deadlock.
func TestSignal(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	defer signal.Stop(c)
	go syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	<-c
}

// While a child runs, the clock goes at its pace.
func TestChildAndClock(t *testing.T) {
	file := t.TempDir() + "/made"
	child := exec.Command("sh", "-c", "sleep 0.05; : >"+file)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			child.Wait()
			return
		}
	}
	t.Error("ten seconds went by while the child slept for a twentieth of one")
}
GO
fuzz outside -fuzztime 3s -timeout 5s -policy fifo
expect_rc 0 "children and signals"
expect "children and signals: $(cat out)" test "$(events summary '.[0] | .findings == 0 and .rejected == 0
	and .listed == 0 and .set_aside == 0 and .runs >= 20')" = true
done_testing
