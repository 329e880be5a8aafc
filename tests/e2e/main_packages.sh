#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Programs: `goknot fuzz ./cmd/x -- args` runs one from its start to its exit, one run a process. Own examples, most of
# them with a fixed twin that has to stay clean.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
command_file() { # name: the file is standard input
	mkdir -p "m/cmd/$1"
	cat >"m/cmd/$1/main.go"
}

# Two transfers in opposite directions lock two accounts. -ordered is the fix.
command_file transfer <<'GO'
package main

import (
	"flag"
	"fmt"
	"sync"
)

var (
	ordered = flag.Bool("ordered", false, "lock the lower number first")
	n       = flag.Int("n", 0, "transfers")
)

type account struct {
	id, money int
	sync.Mutex
}

func move(from, to *account) {
	first, second := from, to
	if *ordered && to.id < from.id {
		first, second = to, from
	}
	first.Lock()
	defer first.Unlock()
	second.Lock()
	defer second.Unlock()
	from.money--
	to.money++
}

func main() {
	flag.Parse()
	a, b := &account{id: 1}, &account{id: 2}
	var wg sync.WaitGroup
	for i := range *n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if i%2 == 0 {
				move(a, b)
			} else {
				move(b, a)
			}
		}()
	}
	wg.Wait()
	fmt.Println(a.money, b.money)
}
GO

# A package starts a goroutine when it is initialised; the program relies on how far it has come.
mkdir -p m/settings
cat >m/settings/settings.go <<'GO'
package settings

var (
	values map[string]string
	Loaded = make(chan bool)
)

func init() {
	go func() {
		values = map[string]string{"name": "goknot"}
		close(Loaded)
	}()
}

func Get(name string) string { return values[name] }
GO
command_file early <<'GO'
package main

import (
	"os"

	"example.org/m/settings"
)

func main() {
	if len(os.Args) > 1 {
		<-settings.Loaded
	}
	if settings.Get("name") == "" {
		panic("the settings are not there yet")
	}
}
GO

# The first of two answers decides how the program ends. Goroutines that are left when main returns are no leak.
command_file answers <<'GO'
package main

import (
	"log"
	"os"
)

func main() {
	bad, good, never := make(chan error), make(chan int), make(chan int)
	go func() { bad <- os.ErrClosed }()
	go func() { good <- 1 }()
	go func() { <-never }()
	select {
	case <-good:
		if len(os.Args) > 1 {
			os.Exit(0)
		}
	case err := <-bad:
		if len(os.Args) > 1 {
			return
		}
		log.SetFlags(0)
		log.Fatal("gave up: ", err)
	}
}
GO

command_file racy <<'GO'
package main

import "os"

var counter int

func main() {
	done := make(chan bool)
	go func() {
		counter++
		done <- true
	}()
	if len(os.Args) > 1 {
		<-done
		counter++
		return
	}
	counter++
	<-done
}
GO

# Whatever is not as go run has it ends with exit code 9, which would be listed.
command_file surroundings <<'GO'
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

func init() { runtime.LockOSThread() }

func must(ok bool, what ...any) {
	if !ok {
		fmt.Fprintln(os.Stderr, what...)
		os.Exit(9)
	}
}

func main() {
	must(syscall.Gettid() == os.Getpid(), "not on the main thread")
	must(fmt.Sprint(os.Args[1:]) == "[-x -run --]", os.Args)
	must(filepath.Base(os.Args[0]) == "surroundings", os.Args[0])
	dir, err := os.Getwd()
	must(err == nil && dir == os.Getenv("WANTED_DIR"), dir, err)
	for _, e := range os.Environ() {
		must(len(e) < 7 || e[:7] != "GOKNOT_", e)
	}
	in, err := io.ReadAll(os.Stdin)
	must(err == nil && len(in) == 0, in, err)

	start := time.Now()
	pause := make(chan bool)
	go func() { time.Sleep(time.Hour); close(pause) }()
	<-pause
	must(time.Since(start) >= time.Hour, "no hour has passed")

	var out bytes.Buffer
	child := exec.Command("sh", "-c", "echo from the child")
	child.Stdout = &out
	must(child.Run() == nil && out.String() == "from the child\n", out.String())

	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	must(<-c == syscall.SIGUSR1, "no signal")
	must(syscall.Gettid() == os.Getpid(), "not on the main thread any more")
	must(os.WriteFile("left-behind", nil, 0o600) == nil, "cannot write")
}
GO

# What never ends by itself.
command_file serve <<'GO'
package main

import (
	"context"
	"net"
	"os"
	"os/signal"
	"sync"
	"time"
)

func main() {
	switch os.Args[1] {
	case "listen":
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				c.Close()
			}
		}()
		wg.Wait()
	case "tick":
		quit := make(chan bool)
		for t := time.NewTicker(time.Second); ; {
			select {
			case <-t.C:
			case <-quit:
				return
			}
		}
	case "signal":
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		<-ctx.Done()
	case "pipe":
		r, _, err := os.Pipe()
		if err != nil {
			panic(err)
		}
		r.Read(make([]byte, 1))
	}
}
GO

command_file goexit <<'GO'
package main

import "runtime"

func main() {
	go runtime.Gosched()
	runtime.Goexit()
}
GO

# main returns while another goroutine panics: its deferred functions have their time, and the panic is told.
command_file dying <<'GO'
package main

import "runtime"

func main() {
	begun := make(chan bool)
	go func() {
		defer runtime.Gosched()
		defer close(begun)
		panic("after the end")
	}()
	<-begun
}
GO

# Garbage alone is no reason to run out of memory.
command_file garbage <<'GO'
package main

var sink []byte

func main() {
	done := make(chan bool)
	go func() {
		for range 600 {
			sink = make([]byte, 1<<20)
		}
		close(done)
	}()
	<-done
}
GO

# A command that has a test, too.
command_file both <<'GO'
package main

import "os"

func answer() int { return 42 }

func main() {
	if len(os.Args) == 1 {
		panic("no arguments")
	}
}
GO
cat >m/cmd/both/both_test.go <<'GO'
package main

import "testing"

func TestAnswer(t *testing.T) {
	if answer() != 42 {
		t.Fatal(answer())
	}
}
GO
command_file broken <<'GO'
package main

func main() { undefined() }
GO
mkdir -p m/cmd/tool/v2
printf 'package main\n\nimport ("os"; "path/filepath")\n\nfunc main() {\n\tif filepath.Base(os.Args[0]) != "tool" {\n\t\tos.Exit(9)\n\t}\n}\n' >m/cmd/tool/v2/main.go
before=$(checksum m)

fuzz() { goknot fuzz -C m -o "$work/campaign" -quiet -seed 1 "$@"; }

# Of every run a share is replayed: same end, same schedule. Chains take effect. No run shares its process.
clean() { # what
	expect_rc 0 "$1"
	expect_out 'fuzz: 0 findings, .*, 0 candidates rejected by replay, 0 listed, 0 set aside'
	expect_out 'fuzz: audit: ([0-9]+) of \1 runs replayed to the same end by the same schedule'
}

found() { # verdict, what the title has to be: found, and replayed with its schedule
	local crash
	expect_rc 1 "$1"
	expect_out "    $2"
	expect_out 'fuzz: fidelity: 2 of 2 replays ended the same way'
	crash=$(sed -n 's/.*saved to \(.*\.crash\)$/\1/p' out)
	goknot replay -C m -o "$work/campaign" -quiet -n 5 "$crash"
	expect_rc 1 "replay of $crash"
	expect_out "replay: 5 of 5 reproduced \($1\), schedule hash [0-9a-f]{16} as saved, [0-9]+ steps?"
}

fuzz -fuzztime 600x -audit 0.1 ./cmd/transfer -- -n 2 -ordered
clean "ordered transfers"
expect_out 'fuzz: chains took effect in (8|9|10)[0-9]+% of their runs, .*'
expect_out 'fuzz: [0-9]+ runs of 1 program in .*'
runs=$(sed -n 's/^fuzz: \([0-9]*\) runs .*/\1/p' out)
processes=$(sed -n 's/^fuzz: .* \([0-9]*\) processes).*/\1/p' out)
expect "a process for each run" [ "$processes" -ge "$runs" ]
fuzz -first -fuzztime 2000x ./cmd/transfer -- -n 2
found deadlock 'deadlock: lock main.go:26, wgwait main.go:47'
goknot status "$work/campaign"
expect_out '.* main +example.org/m/cmd/transfer *'
expect_out '[0-9]+ runs of 1 program in [0-9]+ s, 1 finding'
expect "the arguments are in the crash file" grep -Fqx '  -n' "$(ls "$work"/campaign/crashes/main-deadlock*.crash)"

fuzz -fuzztime 300x -audit 0.1 ./cmd/early -- wait
clean "a program that waits for its settings"
fuzz -first -fuzztime 500x ./cmd/early --
found panic 'panic: main.go:14'
expect "goroutines of an init function have a place in the run" \
	grep -q 'T/settings.go:9#0' "$(ls "$work"/campaign/crashes/main-panic*.crash)"

fuzz -fuzztime 300x -audit 0.1 ./cmd/answers -- x
clean "os.Exit(0), and goroutines that are left"
fuzz -first -fuzztime 500x ./cmd/answers --
expect_out '    gave up: file already closed'
found exit 'exit: main.go:23'

export WANTED_DIR=$work/m/settings
goknot fuzz -C m/settings -o "$work/campaign" -quiet -seed 1 -fuzztime 60x -audit 0.2 ../cmd/surroundings -- -x -run --
clean "arguments, directory, environment, clock, children, signals, threads"
expect "the program's files are none of the user's" test ! -e m/settings/left-behind
fuzz -fuzztime 20x ./cmd/tool/v2 --
expect_out 'fuzz: 0 findings, .*, 0 listed, 0 set aside'

fuzz -first -fuzztime 100x ./cmd/goexit --
found deadlock deadlock
fuzz -first -fuzztime 300x ./cmd/dying --
found panic 'panic: main.go:10'
fuzz -fuzztime 8x -audit 1 -memory 256m ./cmd/garbage --
clean "garbage"

# What serves until it is told to stop is listed, once and with the reason, and is no finding.
listed() { # what, reason
	expect_rc 0 "$1"
	expect_out "fuzz: listed: example.org/m/cmd/serve main: .* \\($2\\)"
	expect_out 'fuzz: 0 findings, .*, 0 candidates rejected by replay, 1 listed, 0 set aside'
}
fuzz -fuzztime 4x ./cmd/serve -- listen
listed "a server" 'waits for something outside the process'
fuzz -fuzztime 20x ./cmd/serve -- signal
listed "one that waits for a signal" 'waits for something outside the process'
fuzz -fuzztime 4x ./cmd/serve -- pipe
listed "one that reads from outside" 'waits for something outside the process'
fuzz -fuzztime 5x ./cmd/serve -- tick
expect_rc 0 "a ticker"
expect_out 'fuzz: 0 findings, .*'

# The stock scheduler.
fuzz -sched native -fuzztime 100x ./cmd/transfer -- -n 2 -ordered
expect_rc 0 "native, ordered"
fuzz -sched native -first -fuzztime 60s ./cmd/transfer -- -n 2
expect_rc 1 "native transfers"
expect_out '    deadlock: lock main.go:26, wgwait main.go:47'
crash=$(sed -n 's/.*native run, .* saved to \(.*\.crash\)$/\1/p' out)
goknot replay -C m -o "$work/campaign" -quiet "$crash"
expect_rc 1 "replay of $crash"

fuzz -race -fuzztime 60x ./cmd/racy -- x
expect_rc 0 "no race"
fuzz -race -first -fuzztime 200x ./cmd/racy --
found race 'race: main.go:10, main.go:18'

# With tests and without.
fuzz -fuzztime 50x ./cmd/both
expect_rc 0 "the tests of a command"
fuzz -first -fuzztime 50x ./cmd/both -- x
expect_rc 0 "the command itself"
fuzz ./cmd/goexit
expect_refusal 2 'goknot fuzz: no test in ./cmd/goexit, which is a main package: goknot fuzz ./cmd/goexit -- runs the program \(its arguments follow the --\)'
fuzz ./settings --
expect_refusal 2 'goknot fuzz: ./settings is no main package: only a program can be run with --'
fuzz ./... --
expect_refusal 2 'goknot fuzz: ./... names [0-9]+ main packages: before -- stands the one to run'
fuzz -- ./cmd/goexit
expect_refusal 2 'goknot fuzz: before -- stands the one main package to run, its arguments behind; got 0 packages'
fuzz ./cmd/nowhere --
expect_rc 2 "no such package"
fuzz ./cmd/broken --
expect_rc 2 "a program that does not build"
expect_err '.*cmd/broken/main.go:3:15: undefined: undefined.*'
fuzz -run X ./cmd/both --
expect_refusal 2 'goknot fuzz: -run is for tests, and with -- a program is run'

expect "the module is as it was" [ "$before" = "$(checksum m)" ]
done_testing
