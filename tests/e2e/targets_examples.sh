#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Examples with an output comment and fuzz targets on their seed corpus are targets as tests are: found, run, judged,
# replayed.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

fuzz() { # directory, flags...
	rm -rf "campaign-$1"
	goknot fuzz -C "$@" -o "$work/campaign-$1" -json -quiet -seed 1 -parallel 1
}
clean() { # name: all runs were good and none was set aside
	expect_rc 0 "$1"
	expect "$1: $(cat out)" test "$(events summary '.[0] | .findings == 0 and .rejected == 0 and .listed == 0
		and .set_aside == 0 and .runs >= 500')" = true
}
finding() { # name, verdict, title, message
	expect_rc 1 "$1"
	expect "$1: $(cat out)" test "$(events finding '.[0] | [.test, .verdict, .title, .message] | join("|")')" = "$1|$2|$3|$4"
	goknot replay -C ex -o campaign-ex -n 3 -json campaign-ex/crashes/"$1"-*.crash
	expect "$1: replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true
}

module ex example.org/ex
mkdir -p ex/testdata/fuzz/FuzzFiles
printf 'go test fuzz v1\nstring("from a file")\n' >ex/testdata/fuzz/FuzzFiles/seed1
cat >ex/e_test.go <<'GO'
package ex

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
)

func Example_good() {
	fmt.Println("hello")
	fmt.Fprint(os.Stdout, "world\n\n")
	// Output:
	// hello
	// world
}

// What a child prints is captured, too, in the order of the prints.
func Example_child() {
	fmt.Println("before")
	c := exec.Command("echo", "child")
	c.Stdout = os.Stdout
	c.Run()
	fmt.Println("behind")
	// Output:
	// before
	// child
	// behind
}

func Example_silent() {
	c := make(chan bool)
	go close(c)
	<-c
	// Output:
}

func both(lines ...string) {
	var wg sync.WaitGroup
	for _, s := range lines {
		wg.Add(1)
		go func() { defer wg.Done(); fmt.Println(s); fmt.Println(s) }()
	}
	wg.Wait()
}

func Example_unordered() {
	both("b", "a")
	// Unordered output:
	// a
	// b
	// b
	// a
}

// Wrong only when a line comes between two others of one goroutine.
func Example_between() {
	var wg sync.WaitGroup
	wg.Add(1)
	got := make(chan bool, 1)
	go func() {
		defer wg.Done()
		<-got
		fmt.Println("other")
	}()
	fmt.Println("one")
	got <- true
	fmt.Println("two")
	wg.Wait()
	// Output:
	// one
	// two
	// other
}

func Example_panics() {
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 {
		panic("two")
	}
	<-c
	// Output:
}

func Example_exits() {
	go runtime.Gosched()
	runtime.Goexit()
	// Output:
}

func Example_notRun() { panic("an example without an output comment is only compiled") }

func FuzzFiles(f *testing.F) {
	f.Cleanup(func() {
		if open != 0 {
			f.Error("a seed is still open")
		}
	})
	f.Add("added")
	seen := map[string]bool{}
	f.Fuzz(func(t *testing.T, s string) {
		open++
		defer func() { open-- }()
		seen[s] = true
		if s != "added" && s != "from a file" {
			t.Error(s)
		}
		if s == "from a file" && !seen["added"] {
			t.Error("not both seeds ran")
		}
		c := make(chan int)
		go func() { c <- 1 }()
		<-c
	})
}

var open int

// The seeds run at the same time, once the target has ended.
func FuzzParallel(f *testing.F) {
	var met sync.WaitGroup
	met.Add(2)
	f.Add(1)
	f.Add(2)
	f.Fuzz(func(t *testing.T, n int) {
		t.Parallel()
		met.Done()
		met.Wait()
	})
}

func FuzzSkips(f *testing.F) {
	f.Skip("nothing to see")
}

func FuzzFails(f *testing.F) {
	f.Add("one", 1)
	f.Add("two", 2)
	f.Fuzz(func(t *testing.T, s string, n int) {
		c := make(chan int, 2)
		go func() { c <- 1 }()
		go func() { c <- 2 }()
		if <-c == 2 && n == 2 {
			t.Error("two came first for", s)
		}
		<-c
	})
}

// Wrong use: it does not call f.Fuzz.
func FuzzForgets(f *testing.F) {}
GO

goknot list -C ex
expect "list: $(cat out)" test "$(cut -d ' ' -f 2 <out | paste -sd ' ')" = "FuzzFiles FuzzParallel FuzzSkips FuzzFails \
FuzzForgets Example_good Example_child Example_silent Example_unordered Example_between Example_panics Example_exits"

fuzz ex -run 'good|silent|unordered|FuzzFiles|FuzzParallel|FuzzSkips' -fuzztime 2000x
clean "examples and fuzz targets"
goknot status -json campaign-ex
expect "not all ran: $(cat out)" test "$(events target 'length == 6 and all(.[]; .runs > 0)')" = true
fuzz ex -run child -fuzztime 20x
expect_rc 0 "a child's output"
expect "a child's output: $(cat out)" test "$(events summary '.[0] | .listed == 0 and .findings == 0 and .runs >= 20')" = true

fuzz ex -run between -fuzztime 2000x -first
finding Example_between fail 'fail: e_test.go:59' 'got:\none\nother\ntwo\nwant:\none\ntwo\nother'
goknot replay -C ex -o campaign-ex campaign-ex/crashes/Example_between-*.crash
expect_out ' +[0-9]+ +G0 +T +io e_test.go:68( .*)?'
fuzz ex -run panics -fuzztime 2000x -first
finding Example_panics panic 'panic: e_test.go:83' two
fuzz ex -run FuzzFails -fuzztime 2000x -first
finding FuzzFails fail 'fail: e_test.go:148' 'in FuzzFails/seed#1: two came first for two'

# One seed of a target, by the name that go test gives it.
fuzz ex -run 'FuzzFails/seed#0' -fuzztime 1000x
clean "one seed"
fuzz ex -run 'FuzzFails/seed#1' -fuzztime 1000x -first
expect_rc 1 "the other seed"
expect "the other seed: $(cat out)" test "$(events finding '.[0].test')" = 'FuzzFails/seed#1'
goknot replay -C ex -o campaign-ex -n 3 -json campaign-ex/crashes/FuzzFails-*.crash
expect "the other seed: replay: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true

# As with go test, these go wrong on every schedule.
fuzz ex -run 'exits|FuzzForgets' -fuzztime 50x
expect "always wrong: $(cat out)" test "$(events listed 'map(.test) | sort | join(" ")')" = "Example_exits FuzzForgets"

# On the stock scheduler they run as well.
goknot fuzz -C ex -o native -json -quiet -seed 1 -parallel 1 -sched native -fuzztime 60x -run 'good|FuzzFiles|FuzzParallel'
expect_rc 0 "-sched native"
expect "-sched native: $(cat out)" test "$(events summary '.[0] | .runs >= 60 and .listed == 0 and .set_aside == 0')" = true
done_testing
