#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What comes from outside is part of the schedule: how long a child process, a pipe, a system call, a signal take is
# different every time, and a replay takes them in the order, and at the virtual time, of the run.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module arrive example.org/arrive
cat >arrive/a_test.go <<'GO'
package arrive

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// chance is a number below n that no seed decides.
func chance(n uint64) uint64 {
	var ts syscall.Timeval
	syscall.Gettimeofday(&ts)
	x := uint64(ts.Usec)*0x9e3779b97f4a7c15 ^ uint64(os.Getpid())
	x ^= x >> 29
	x *= 0xbf58476d1ce4e5b9
	return (x >> 32) % n
}

// steps makes n of them: how many there are shows in the hash.
func steps(n int) {
	var mu sync.Mutex
	for range n {
		mu.Lock()
		mu.Unlock()
	}
}

// Two children write after a time of their own; who is first decides.
func children(t *testing.T) string {
	var mu sync.Mutex
	var wg sync.WaitGroup
	order := ""
	for _, name := range []string{"a", "b"} {
		cmd := exec.Command("sh", "-c", `sleep 0.00$(($(od -An -N1 -tu1 /dev/urandom) % 10)); echo x; cat`)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
				t.Error(err)
			}
			mu.Lock()
			order += name
			mu.Unlock()
			in.Close()
			cmd.Wait()
		}()
	}
	wg.Wait()
	return order
}

func TestChildren(t *testing.T) {
	if children(t) == "ba" {
		steps(5)
	}
}

func TestOrder(t *testing.T) {
	if children(t) == "ba" {
		t.Error("b came first")
	}
}

// A system call takes its time beside goroutines that go on.
func TestCalls(t *testing.T) {
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 3 {
				ts := syscall.NsecToTimespec(int64(chance(16)) * 1e6)
				syscall.Nanosleep(&ts, nil)
				steps(2)
			}
		}()
	}
	wg.Wait()
}

// The clock goes at the pace of real time while a child runs.
func TestClock(t *testing.T) {
	began := time.Now()
	if err := exec.Command("sh", "-c", `sleep 0.00$(($(od -An -N1 -tu1 /dev/urandom) % 10))`).Run(); err != nil {
		t.Fatal(err)
	}
	steps(int(time.Since(began)/time.Microsecond) % 7)
}

// A signal comes from a thread of its own.
func TestSignal(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	defer signal.Stop(c)
	if err := exec.Command("sh", "-c", `sleep 0.00$(($(od -An -N1 -tu1 /dev/urandom) % 10)); kill -USR1 $PPID`).Start(); err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		select {
		case <-c:
			steps(n % 5)
			return
		case <-time.After(time.Millisecond):
			steps(1)
		}
	}
}

// The peer of a connection is outside: it echoes when it likes to.
func TestPeer(t *testing.T) {
	var wg sync.WaitGroup
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for range 3 {
		wg.Add(2)
		go func() {
			defer wg.Done()
			c, err := l.Accept()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			ts := syscall.NsecToTimespec(int64(chance(12)) * 1e6)
			syscall.Nanosleep(&ts, nil)
			io.Copy(c, c)
		}()
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			b := make([]byte, 4)
			for range 3 {
				c.Write([]byte("ping"))
				if _, err := io.ReadFull(c, b); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
}

// Two arrive at the same time, and who is first then waits outside for who is second.
func TestTogether(t *testing.T) {
	var wg sync.WaitGroup
	pipe := func(flags int) (r, w int) {
		var fd [2]int
		if err := syscall.Pipe2(fd[:], flags); err != nil {
			t.Fatal(err)
		}
		return fd[0], fd[1]
	}
	for round := range 2 {
		r0, w0 := pipe(syscall.O_NONBLOCK)
		r1, w1 := pipe(syscall.O_NONBLOCK)
		back, forth := pipe(0)
		wg.Add(2)
		go func() {
			defer wg.Done()
			f := os.NewFile(uintptr(r0), "first")
			defer f.Close()
			f.Read(make([]byte, 1))
			syscall.Read(back, make([]byte, 1))
		}()
		go func() {
			defer wg.Done()
			f := os.NewFile(uintptr(r1), "second")
			defer f.Close()
			f.Read(make([]byte, 1))
			syscall.Write(forth, []byte("x"))
		}()
		time.Sleep(time.Millisecond)
		for i := range 2 {
			syscall.Write([]int{w0, w1}[i^round], []byte("x"))
		}
		wg.Wait()
		for _, fd := range []int{w0, w1, back, forth} {
			syscall.Close(fd)
		}
	}
}

// How much a read or a write of a connection moves is up to the kernel between its two ends.
func TestBulk(t *testing.T) {
	var wg sync.WaitGroup
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	wg.Add(2)
	go func() {
		defer wg.Done()
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		b := make([]byte, 1<<20)
		for {
			n, err := c.Read(b)
			steps(1 + n%3)
			if err != nil {
				return
			}
			c.Write(b[:n/2])
		}
	}()
	go func() {
		defer wg.Done()
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		go io.Copy(io.Discard, c)
		for range 16 {
			c.Write(make([]byte, 300_000))
		}
		c.(*net.TCPConn).CloseWrite()
	}()
	wg.Wait()
}

// Some come back from system calls while others take steps.
func TestBusy(t *testing.T) {
	var out atomic.Int32
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		out.Add(1)
		go func() {
			defer wg.Done()
			for range 3 {
				ts := syscall.NsecToTimespec(int64(6+chance(3)) * 1e6)
				syscall.Nanosleep(&ts, nil)
			}
			out.Add(-1)
		}()
	}
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for x := 1; out.Load() > 0; {
				for range 5000 {
					x = x*5 + 1
				}
				steps(x & 1)
			}
		}()
	}
	wg.Wait()
}
GO

varied=
for test in Children Calls Clock Signal Peer Together Bulk; do
	goknot fuzz -C arrive -o "campaign-$test" -json -quiet -seed 1 -parallel 1 -audit 1 -fresh 1 -fuzztime 12x -run "Test$test\$"
	expect_rc 0 "Test$test: $(cat out err)"
	# A child that is quick is waited for within one system call, and the clock stands.
	expect "runs of Test$test had something from outside" test "$(events audit 'length >= 12 and any(.[]; .external)')" = true
	expect "they replay, step by step: $(events audit 'map(select(.same_hash | not))')" \
		test "$(events audit 'map(select(.same_hash)) | length >= 12')" = true
	[ "$(events audit 'map(.schedule_hash) | unique | length > 1')" = false ] || varied+=" $test"
done
# Else the replays would show nothing. A machine may have its pace for one of them.
expect "runs were not alike to begin with, but for at most two tests:$varied" test "$(wc -w <<<"$varied")" -ge 5

goknot fuzz -C arrive -o campaign-order -json -quiet -seed 1 -parallel 1 -first -fuzztime 200x -run 'TestOrder$'
expect_rc 1 "an order that only the outside decides is found: $(cat out err)"
expect "the finding says that the outside took part" test "$(events finding '.[0].external')" = true
crash=$(events finding '.[0].crash_file')
goknot replay -C arrive -n 10 -json "$crash"
expect "and replays each time: $(cat out err)" test "$(events replay ".[0].reproduced == 10")" = true
expect "so does the replay" test "$(events replay '.[0].arrivals >= 1')" = true
goknot replay -C arrive "$crash"
expect_out ' +(I/O that G[12] waits for is ready|G[012] comes back from a system call)'
expect_out "replay: 1 of 1 reproduced .*, [0-9]+ arrivals? from outside"
goknot fuzz -C arrive -o campaign-busy -json -quiet -seed 1 -parallel 1 -fuzztime 150x -run 'TestBusy$'
expect_rc 0 "nobody is lost where one comes back just when another was chosen: $(cat out err)"
expect "not even for a moment: $(cat out)" test "$(events summary '.[0].rejected')" = 0
done_testing
