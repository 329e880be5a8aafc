#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What waits for the world outside and meanwhile has goroutines that nothing can wake: those are found, whatever the run
# ends in, and replay. Each case has a twin that merely serves.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
mkdir -p m/cmd/serve m/httptest
cat >m/cmd/serve/main.go <<'GO'
package main

import (
	"net"
	"os"
	"os/exec"
	"sync"
	"time"
)

type store struct {
	names, values sync.RWMutex
	changed       chan bool
}

var s = store{changed: make(chan bool)}

func (s *store) get() {
	s.names.RLock()
	defer s.names.RUnlock()
	s.values.RLock()
	defer s.values.RUnlock()
}

func (s *store) set(first, second *sync.RWMutex) {
	first.Lock()
	defer first.Unlock()
	second.Lock()
	defer second.Unlock()
}

func (s *store) getTwice(reading chan bool) {
	s.names.RLock()
	defer s.names.RUnlock()
	close(reading)
	s.get()
}

func work(what string) {
	switch what {
	case "ordered":
		go s.set(&s.names, &s.values)
		go s.set(&s.names, &s.values)
		go s.get()
	case "locks":
		go s.set(&s.names, &s.values)
		go s.set(&s.values, &s.names)
	case "reader":
		go s.get()
		go s.set(&s.values, &s.names)
	case "recursive":
		reading := make(chan bool)
		go s.getTwice(reading)
		go func() {
			<-reading
			s.names.Lock()
			s.names.Unlock()
		}()
	case "lost":
		// Who comes second sends to nobody, and nobody can reach the channel any more.
		first := make(chan int)
		go func() { first <- 1 }()
		go func() { first <- 2 }()
		<-first
	case "reachable":
		go func() { <-s.changed }()
	}
}

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	work(os.Args[2])
	switch os.Args[1] {
	case "main":
		ln.Accept()
	case "forever":
		go ln.Accept()
		select {}
	case "channel":
		go ln.Accept()
		<-make(chan bool)
	case "ticker":
		go ln.Accept()
		for range time.Tick(time.Second) {
		}
	case "child":
		exec.Command("sleep", "1000").Run()
	}
	s.changed <- true
}
GO
cat >m/httptest/h_test.go <<'GO'
package httptest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

func serve(t *testing.T, first, second func(a, b *sync.Mutex) (x, y *sync.Mutex)) {
	var a, b sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		go func() {
			x, y := first(&a, &b)
			x.Lock()
			y.Lock()
			y.Unlock()
			x.Unlock()
		}()
		x, y := second(&a, &b)
		x.Lock()
		defer x.Unlock()
		y.Lock()
		defer y.Unlock()
	}))
	defer s.Close()
	r, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
}

func same(a, b *sync.Mutex) (*sync.Mutex, *sync.Mutex)  { return a, b }
func other(a, b *sync.Mutex) (*sync.Mutex, *sync.Mutex) { return b, a }

func TestOrdered(t *testing.T) { serve(t, same, same) }
func TestLocks(t *testing.T)   { serve(t, same, other) }
GO

# What was built stays.
forget() { find campaign -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +; }

fuzz() { goknot fuzz -C m -o "$work/campaign" -quiet -seed 1 -parallel 1 "$@"; }

found() { # verdict, title, what
	local crash
	expect_rc 1 "$3"
	expect_out "    $2"
	expect_out 'fuzz: fidelity: 2 of 2 replays ended the same way'
	crash=$(sed -n 's/.*saved to \(.*\.crash\)$/\1/p' out)
	goknot replay -C m -o "$work/campaign" -quiet -n 3 "$crash"
	expect_rc 1 "$3: replay of $crash"
	expect_out "replay: 3 of 3 reproduced \($1\), schedule hash [0-9a-f]{16} as saved, [0-9]+ steps?.*"
	forget
}
listed() { # what
	expect_rc 0 "$1"
	expect_out 'fuzz: 0 findings, .*, 0 candidates rejected by replay, [01] listed, 0 set aside'
	forget
}

two='deadlock: lock [a-z_]+.go:[0-9]+(, lock [a-z_]+.go:[0-9]+)?'
fuzz -first -fuzztime 40x ./cmd/serve -- main locks
found deadlock "$two" "two locks beside a listener"
fuzz -first -fuzztime 40x ./cmd/serve -- forever reader
found deadlock 'deadlock: rlock main.go:[0-9]+, lock main.go:[0-9]+' "a reader and a writer"
fuzz -first -fuzztime 40x ./cmd/serve -- main recursive
found deadlock 'deadlock: rlock main.go:[0-9]+, lock main.go:[0-9]+' "a read lock taken twice"
fuzz -first -fuzztime 40x ./cmd/serve -- ticker locks
found deadlock "$two" "two locks beside a ticker"
fuzz -first -fuzztime 40x -timeout 1s ./cmd/serve -- child locks
found deadlock "$two" "two locks beside a child"
fuzz -first -fuzztime 1000x -run Locks ./httptest
found deadlock "$two" "a handler"

for how in main forever channel; do
	fuzz -fuzztime 4x ./cmd/serve -- $how ordered
	listed "$how ordered"
done
fuzz -fuzztime 4x ./cmd/serve -- forever reachable
listed "what a global still reaches"
# Nobody connects, so that virtual time goes on without waiting: to the step limit, long before the time is up.
fuzz -fuzztime 4x -timeout 30s ./cmd/serve -- ticker ordered
expect_out 'fuzz: listed: .*: steps: recv main.go:[0-9]+ \(waits for something outside the process\)'
listed "ordered locks beside a ticker"
fuzz -fuzztime 2x -timeout 1s ./cmd/serve -- child ordered
listed "ordered locks beside a child"
fuzz -fuzztime 300x -run Ordered ./httptest
listed "a handler with ordered locks"

# What only the collector can prove.
minor=$(go_minor)
if [ "$minor" -ge 26 ]; then
	fuzz -first -fuzztime 20x ./cmd/serve -- forever lost
	found leak 'leak: send main.go:[0-9]+' "a send that nobody can receive"
else
	skip "a leak beside a server" "the collector of this release proves nothing"
fi
done_testing
