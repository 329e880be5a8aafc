#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Threads that C code starts are outside: they call into Go when they like, or never.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if [ "$("$GO" env CGO_ENABLED)" != 1 ]; then
	skip "threads of C's own" "cgo is off here"
	done_testing
	exit
fi
module threads example.org/threads
cat >threads/threads.go <<'GO'
package threads

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <unistd.h>

extern void called(int v);

static void *calls(void *times) {
	for (long i = 0; i < (long)times; i++) {
		usleep(20000);
		called((int)i);
	}
	return 0;
}

static void *stays(void *unused) {
	for (;;)
		pause();
	return unused;
}

static void start(long times) {
	pthread_t t;
	pthread_create(&t, 0, times ? calls : stays, (void *)times);
	pthread_detach(t);
}
*/
import "C"

var calls = make(chan int)

//export called
func called(v C.int) { calls <- int(v) }

// Start starts a thread that calls so often, or one that never does.
func Start(times int) { C.start(C.long(times)) }
GO
cat >threads/threads_test.go <<'GO'
package threads

import (
	"sync"
	"testing"
)

func TestCalls(t *testing.T) {
	Start(1)
	<-calls
}

func TestCallsAgain(t *testing.T) {
	Start(3)
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() { defer wg.Done(); <-calls }()
	}
	wg.Wait()
}

func TestStays(t *testing.T) {
	Start(0)
	<-calls
}

// No thread can send on this one.
func TestUnreachable(t *testing.T) {
	Start(0)
	<-make(chan int)
}

func TestDeadlock(t *testing.T) {
	<-make(chan int)
}
GO
# Before Go 1.26 the collector proves nothing, and the thread might still send.
minor=$(go_minor)
wanted="TestDeadlock deadlock"
[ "$minor" -lt 26 ] || wanted="TestDeadlock deadlock,TestUnreachable deadlock"
goknot fuzz -C threads -o campaign -json -quiet -seed 1 -parallel 1 -audit 1 -fuzztime 40x
expect_rc 1 "fuzzing: $(cat err)"
expect "what is found: $(events finding 'map([.test, .verdict])')" \
	test "$(events finding 'map(.test + " " + .verdict) | sort | join(",")')" = "$wanted"
for t in TestCalls TestCallsAgain; do
	expect "$t: $(events audit "map(select(.test == \"$t\")) | unique_by(.schedule_hash)")" \
		test "$(events audit "map(select(.test == \"$t\")) | length >= 5 and all(.[]; .end == \"ok\" and .external and .reproduced)")" = true
done
expect "a thread that stays is listed: $(events listed 'map([.test, .why])')" \
	test "$(events listed 'map(select(.test == "TestStays" and .why == "waits for something outside the process")) | length')" = 1
done_testing
