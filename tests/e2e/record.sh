#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# record: a program whose goroutines, operations and switches are known, recorded stripped and not, started and running.
# shellcheck source=tests/lib/common.sh
. "$(cd "$(dirname "$0")/../.." && pwd)/tests/lib/common.sh"

module prog example.org/prog
cat >prog/main.go <<'GO'
package main

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"sync"
	"time"
)

func worker(wg *sync.WaitGroup, in chan int) {
	defer wg.Done()
	for range in {
	}
}

//go:noinline
func touch(mu *sync.Mutex) {
	mu.Lock()
	mu.Unlock()
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "wait" {
		fmt.Println("ready")
		for {
			time.Sleep(2 * time.Millisecond)
		}
	}
	if len(os.Args) > 1 && os.Args[1] == "flood" {
		os.Stdin.Read(make([]byte, 1))
		c := make(chan int, 1)
		for i := range 100000 {
			c <- i
			<-c
		}
		return
	}
	var wg sync.WaitGroup
	in := make(chan int)
	for range 20 {
		wg.Add(1)
		go worker(&wg, in)
	}
	for i := range 500 {
		in <- i
	}
	close(in)
	wg.Wait()

	ping, pong := make(chan int), make(chan int)
	go func() {
		for v := range ping {
			pong <- v
		}
		close(pong)
	}()
	for i := range 300 {
		ping <- i
		<-pong
	}
	close(ping)
	<-pong

	for range 100 {
		runtime.Gosched()
	}
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := range 200 {
			if !yield(i) {
				return
			}
		}
	})
	for range 200 {
		next()
	}
	stop()

	var mu sync.Mutex
	mu.Lock()
	go touch(&mu)
	for !waiting(&mu) {
		runtime.Gosched()
	}
	mu.Unlock()

	null, _ := os.OpenFile("/dev/null", os.O_WRONLY, 0)
	for range 50 {
		null.Write([]byte("x"))
	}
	select {
	case <-ping:
	case <-pong:
	}
	os.Exit(7)
}

// A goroutine waits for mu: what it says of itself.
func waiting(*sync.Mutex) bool {
	b := make([]byte, 1<<14)
	b = b[:runtime.Stack(b, true)]
	for i := 0; i+15 <= len(b); i++ {
		if string(b[i:i+15]) == "sync.Mutex.Lock" {
			return true
		}
	}
	return false
}
GO
(cd prog && "$GO" build -o ../plain . && "$GO" build -ldflags='-s -w' -o ../stripped . && strip -s ../stripped &&
	"$GO" build -buildmode=pie -ldflags='-s -w' -o ../pie .)

goknot record -o first.rec -- ./plain
if [ "$rc" -eq 2 ] && grep -q 'missing\|refuse\|no bpf' err; then
	skip "goknot record" "$(cat err)"
	done_testing
fi

# How many lines of the list there are of an event, picked by a filter.
count() { # what, wanted, jq filter
	local n
	n=$(jq -n "[inputs | select($3)] | length" out)
	expect "$1: $n events, wanted $2" [ "$n" -eq "$2" ]
}

holds() { jq -en "$1" out >/dev/null; }

known() { # recording
	goknot list -json -trace "$1"
	expect_rc 0 "list of $1"
	count "$1: workers are created" 20 '.kind == "create" and .function == "main.main" and (.text | test("main.main.gowrap1|main.worker"))'
	count "$1: goroutines of main" 22 '.kind == "create" and .function == "main.main" and (.g == 1)'
	count "$1: nobody is created whose number is unknown but the coroutine" 1 '.kind == "create" and .other == null'
	count "$1: sends on in" 500 '.kind == "send" and .line == 47'
	count "$1: receives of the workers" 520 '.kind == "recv" and .function == "main.worker"'
	count "$1: sends on ping" 300 '.kind == "send" and .line == 60'
	count "$1: receives of pong" 301 '.kind == "recv" and (.line == 61 or .line == 64)'
	count "$1: closes" 3 '.kind == "close" and (.function | startswith("main."))'
	count "$1: WaitGroup.Add" 20 '.kind == "wgadd" and .function == "main.main"'
	count "$1: WaitGroup.Done" 20 '.kind == "wgadd" and (.text | test("Add\\(-1\\)"))'
	count "$1: WaitGroup.Wait" 1 '.kind == "wgwait"'
	count "$1: switches of the coroutine" 402 '.kind == "coroutine"'
	count "$1: writes" 50 '.kind == "syscall" and (.text == "system call write")'
	count "$1: selects" 1 '.kind == "select" and .text == "select of 0 to send and 2 to receive"'
	expect "$1: a mutex that is waited for" holds 'any(inputs; .kind == "lock-slow" and .function == "main.touch" and .line == 20)'
	expect "$1: and the wait has its reason" holds 'any(inputs; .text == "waits: sync.Mutex.Lock")'
	# All that ended: 20 workers, the ping-pong; the coroutine and the one with the mutex.
	expect "$1: at least 22 end" holds '[inputs | select(.kind == "end")] | length >= 22'
	expect "$1: main gives way at least 100 times" holds '[inputs | select(.kind == "yield" and .g == 1)] | length >= 100'
	# Who waits does not act before it runs again, and nobody runs on two threads at once.
	# shellcheck disable=SC2016 # a jq program
	expect "$1: whoever acts runs" holds 'reduce (inputs | select(.kind != "ready")) as $e ({on: {}, bad: 0};
		if $e.kind == "run" or $e.kind == "stack-grown" then .on[$e.thread | tostring] = $e.other
		elif ($e.g // 0) == 0 or ($e.kind == "create" and $e.g == null) then .
		elif .on[$e.thread | tostring] != $e.g then .bad += 1 else . end) | .bad == 0'
	goknot list -trace "$1"
	expect_out '# lost: 0 of [0-9]+; memory of the program that could not be read: 0 times'
	expect_out '# never seen: operations of sync/atomic.*'
	expect_out '# [0-9]+ events; the program ended with exit code 7; .*'
}

expect_rc 7 "the program's exit code"
expect_err 'goknot record: first.rec: [0-9]+ events, [0-9]+ goroutines created, [0-9]+ changes of goroutine'
known first.rec
for p in stripped pie; do
	goknot record -- ./$p
	expect_rc 7 "$p"
	known $p.rec
done

# What is left out is said, and what cannot be is refused.
goknot record -o skipped.rec -skip syscall,syscall-end,send -- ./plain
expect_rc 7 "with kinds left out"
goknot list -json -trace skipped.rec
count "no system calls" 0 '.kind == "syscall" or .kind == "syscall-end" or .kind == "send"'
count "but receives" 520 '.kind == "recv" and .function == "main.worker"'
goknot list -trace skipped.rec
expect_out '# not seen: syscall \(runtime.reentersyscall\): left out by -skip'
goknot record -skip run -- ./plain
expect_refusal 2 'goknot record: -skip run: without it no goroutine can be followed'
goknot record -skip send,foo -- ./plain
expect_refusal 2 'goknot record: -skip foo: no kind of event; goknot help record lists them'

# One that runs is recorded and goes on; two look at it at once.
./plain wait >ready &
pid=$!
on_exit+=("kill $pid 2>/dev/null")
until grep -q ready ready; do sleep 0.05; done
for i in 1 2; do
	"$GOKNOT" record -o "running$i.rec" -pid "$pid" 2>"err$i" &
	recorders[i]=$!
done
sleep 1
kill -INT "${recorders[1]}"
wait "${recorders[1]}" && rc=0 || rc=$?
expect_rc 0 "the first recording of a running program"
expect "the program goes on" kill -0 "$pid"
sleep 0.3
kill -TERM "$pid"
wait "${recorders[2]}" && rc=0 || rc=$?
expect_rc 0 "the second one"
for i in 1 2; do
	goknot list -json -trace "running$i.rec"
	expect "running$i.rec: sleeps with their place" holds '[inputs | select(.text == "waits: sleep" and .function == "main.main" and .line == 28)] | length > 20'
	goknot list -trace "running$i.rec"
	expect_out '# .*/plain, go1.*, process [0-9]+, which was running when the recording began'
done
expect_out '# [0-9]+ events; the program ended; .*'

: >told
# Signals: what goknot is told the program is told, and what ends the program is goknot's exit code.
"$GOKNOT" record -o told.rec -- ./plain wait >told 2>err &
recorder=$!
until grep -q ready told; do sleep 0.05; done
kill -TERM "$recorder"
wait "$recorder" && rc=0 || rc=$?
expect_rc 143 "a program that was ended by SIGTERM"
goknot list -trace told.rec
expect_out '# [0-9]+ events; the program was ended by signal 15; .*'

# A recorder that stands still while the program goes on: what there is no room for is counted, told, and its place is known.
mkfifo gate
"$GOKNOT" record -o full.rec -- ./plain flood <gate 2>err &
recorder=$!
exec 9>gate
until flooding=$(pgrep -P "$recorder" -x plain); do sleep 0.05; done
sleep 0.2
kill -STOP "$recorder"
echo >&9
until [ "$(cut -d ' ' -f 3 "/proc/$flooding/stat")" = Z ]; do sleep 0.1; done
kill -CONT "$recorder"
exec 9>&-
wait "$recorder" && rc=0 || rc=$?
expect_rc 0 "a program that made more events than there was room for"
expect_err 'goknot record: [0-9]+ of [0-9]+ events were lost: the ring was full. The recording is incomplete'
goknot list -trace full.rec
# shellcheck disable=SC2016 # an awk program
expect "events and losses are all hits, and the losses are where they were" awk '/^# [0-9]+ events;/ { n = $2 }
	/^# lost: / { lost = $3; hits = $5 + 0 } /^# lost here: / { here += $4 }
	END { exit !(lost > 1000 && n + lost == hits && here + 0 <= lost) }' out
expect_out '# lost: [0-9]+ of [0-9]+ \([0-9]+ on cpu [0-9]+.*'

# A recorder that dies leaves the program alone, and what it wrote is no whole recording.
./plain wait >ready &
pid=$!
on_exit+=("kill $pid 2>/dev/null")
until grep -q ready ready; do sleep 0.05; done
"$GOKNOT" record -o killed.rec -pid "$pid" 2>err &
recorder=$!
until grep -q 'recording process' err; do sleep 0.05; done
kill -KILL "$recorder"
wait "$recorder" || true
expect "the program goes on without its recorder" kill -0 "$pid"
goknot list -trace killed.rec
expect_refusal 2 'goknot list: killed.rec: the recording .*(cut short|has no end).*'
goknot record -pid 999999999
expect_refusal 2 'goknot record: there is no process 999999999'
# shellcheck disable=SC2012
thread=$(ls "/proc/$pid/task" | tail -1)
goknot record -pid "$thread"
expect_rc 2 "a thread"
kill "$pid"

# In a PID namespace of its own.
if unshare -pf --mount-proc true 2>/dev/null; then
	rc=0
	unshare -pf --mount-proc "$GOKNOT" record -o inside.rec -- ./plain 2>err || rc=$?
	expect_rc 7 "in a PID namespace"
	known inside.rec
else
	skip "goknot record in a PID namespace" "unshare(1) is refused here"
fi

# A user without the privilege is told what is missing, and what grants it.
if command -v setpriv >/dev/null && [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$work" && cp "$GOKNOT" "$work/goknot-copy"
	rc=0
	(cd / && setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$work/goknot-copy" record -o /dev/null -- "$work/plain") >out 2>err || rc=$?
	last="goknot record as nobody"
	expect_refusal 2 'goknot record: CAP_BPF and CAP_PERFMON are missing: sudo setcap cap_bpf,cap_perfmon\+ep .*'
	# What it says is enough.
	mkdir -m 777 "$work/open"
	rc=0
	(cd / && setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+bpf,+perfmon --ambient-caps=-all,+bpf,+perfmon \
		--bounding-set=-all,+bpf,+perfmon "$work/goknot-copy" record -o "$work/open/nobody.rec" -- "$work/plain") >out 2>err || rc=$?
	last="goknot record with CAP_BPF and CAP_PERFMON"
	expect_rc 7 "$last"
fi
done_testing
