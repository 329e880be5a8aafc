#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Workspaces (go.work): a crash file is of the module that has the package, wherever goknot was started, and the commands
# that take one find that module through the workspace.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# TestB writes beside its code, too.
bug() { # directory, package, test
	mkdir -p "$1"
	cat >"$1/${2}_test.go" <<GO
package $2

import (
	"os"
	"sync"
	"testing"
)

func $3(t *testing.T) {
	var one, two sync.Mutex
	done := make(chan bool)
	if err := os.WriteFile("written", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	go func() {
		one.Lock()
		two.Lock()
		two.Unlock()
		one.Unlock()
		done <- true
	}()
	two.Lock()
	one.Lock()
	one.Unlock()
	two.Unlock()
	<-done
}
GO
}
ws=$work/ws
module ws/a example.org/a
module "ws/b" example.org/b
bug ws/a a TestA
bug ws/a/sub sub TestSub
bug ws/b b TestB
printf 'go 1.23\n\nuse (\n\t./a\n\t./b\n)\n' >ws/go.work

field() { sed -n "s/^$1: //p" "$2"; }
is() { # what, got, wanted
	expect "$1: $2, not $3" test "$2" = "$3"
}
of_module() { # file, module, directory
	is "the module of $1" "$(field module "$1")" "$2"
	is "the directory of $1" "$(field dir "$1")" "$3"
}
printed() { # what it is printed behind: the commands that goknot fuzz has printed
	sed -n "s/^ *to re-run: *\(goknot .*\)/\1/p" "$work/out"
}
kept() { # directory, test
	expect "$2 is not kept in $1" bash -c "compgen -G '$1/testdata/goknot/$2/*.crash' >/dev/null"
}
run_printed() { # what for, command line as printed
	local words
	eval "words=($2)"
	goknot "${words[@]:1}"
	expect_rc 1 "$1: $2"
}

# --- at the root, where no module is -------------------------------------------------------------
cd "$ws"
goknot fuzz -fuzztime 400x -quiet ./a/... ./b/...
expect_rc 1 "fuzzing at the root"
printed >"$work/printed"
is "findings" "$(wc -l <"$work/printed")" 3
files=(.goknot/crashes/*.crash)
a=$(echo .goknot/crashes/TestA-*.crash) b=$(echo .goknot/crashes/TestB-*.crash) sub=$(echo .goknot/crashes/TestSub-*.crash)
of_module "$a" example.org/a .
of_module "$sub" example.org/a sub
of_module "$b" example.org/b .
expect "a test has written into the tree" test ! -e a/written -a ! -e b/written
while read -r line; do run_printed "as printed" "$line"; done <"$work/printed"
for dir in . a b; do
	goknot replay -C $dir "$b"
	expect_rc 1 "replay -C $dir"
	expect_out 'replay: 1 of 1 reproduced .*'
done
expect "replays write elsewhere than where fuzz did" test ! -e a/written -a ! -e b/written
rm -rf a/.goknot b/.goknot
goknot replay -json "$b"
expect_rc 1 "replay at the root"
expect "it builds in another campaign directory" test ! -e b/.goknot
goknot minimize "$a"
expect_rc 0 "minimize at the root"
goknot export -format go -o order "$sub"
expect_rc 0 "export -format go at the root"
run=$(sed -n 's/^written to order: \(go run .*\)/\1/p' "$work/out")
expect "go run as printed ($run) finds another end" bash -c "$run 2>&1 | grep -aq '^fails 1 of 1 with '"
goknot export -format go -C a -o order2 "$sub"
expect_rc 0 "export -format go -C a"
# From outside, the workspace is the one that the file lies in.
cd "$work"
goknot replay "ws/$b"
expect_rc 1 "replay from outside"
cd "$ws"

for file in "${files[@]}"; do
	goknot save "$file"
	expect_rc 0 "save at the root"
done
kept a TestA
kept a/sub TestSub
kept b TestB
rm -rf b/testdata
goknot save -C a "$b"
expect_rc 0 "save -C a"
kept b TestB
goknot save -C b "$a"
expect_rc 0 "save -C b"
GOWORK=off goknot save "$a"
expect_refusal 2 'goknot save: the crash file is of module example\.org/a, which is neither here.*'
GOWORK=off goknot save -C b "$a"
expect_refusal 2 'goknot save: b is not the directory of module example\.org/a.*'

# --- goknot test: as goknot fuzz, and never green where nothing was looked at ---------------------
goknot test ./a/... ./b/...
expect_rc 1 "test of both modules"
expect_out 'test: 3 schedules, 3 reproduced, .*'
for words in ./... ""; do
	# shellcheck disable=SC2086 # none is no word
	goknot test $words
	expect_refusal 2 'goknot test: \..* is not in a Go module, but in a workspace \(go\.work\): .*'
done
goknot fuzz -fuzztime 1x ./...
expect_rc 2 "fuzz at the root"
# With a module at the root it is that one alone, as for the go command; what lies in the others is not passed over
# in silence.
cp go.work "$work/kept.work"
printf 'module example.org/root\n\ngo 1.23\n' >go.mod
sed -i 's,^use (,use (\n\t.,' go.work
goknot test ./...
expect_refusal 2 'goknot test: no schedule is kept in \./\.\.\. itself, but in .*: name them, such as \./[ab]/\.\.\.'
GOWORK=off goknot test ./...
expect_rc 0 "modules below that are of no workspace"
rm -rf a/testdata a/sub/testdata b/testdata
goknot test ./...
expect_rc 0 "nothing kept anywhere"
rm go.mod
cp "$work/kept.work" go.work

# --- a package of another module, from within one -------------------------------------------------
cd "$ws/a"
goknot fuzz -fuzztime 400x -quiet -o "$work/x" ./... example.org/b
expect_rc 1 "fuzzing from within a"
printed >"$work/printed"
is "findings" "$(wc -l <"$work/printed")" 3
b=$(echo "$work"/x/crashes/TestB-*.crash)
of_module "$b" example.org/b .
expect "a test has written into the tree" test ! -e ../b/written
while read -r line; do run_printed "as printed in a" "$line"; done <"$work/printed"
goknot save "$b"
expect_rc 0 "save in a"
kept ../b TestB
expect "TestB is kept in a" test ! -e testdata
expect "a replay has written into the tree" test ! -e ../b/written

# --- a program runs where goknot was started, which may be outside its module ----------------------
cd "$ws"
mkdir a/cmd
cat >a/cmd/main.go <<'GO'
package main

import "sync"

func main() {
	var one, two sync.Mutex
	done := make(chan bool)
	go func() {
		one.Lock()
		two.Lock()
		two.Unlock()
		one.Unlock()
		done <- true
	}()
	two.Lock()
	one.Lock()
	one.Unlock()
	two.Unlock()
	<-done
}
GO
goknot fuzz -quiet -fuzztime 60x ./a/cmd --
expect_rc 1 "a program"
printed >"$work/printed"
while read -r line; do run_printed "as printed of a program" "$line"; done <"$work/printed"
of_module .goknot/crashes/main-*.crash example.org/a ..
goknot save .goknot/crashes/main-*.crash
expect_rc 0 "save of a program"
goknot test
expect_rc 1 "test of a program"

# --- a file of a goknot that knew no module at the root --------------------------------------------
module "$work/old/a" example.org/a
cd "$work/old"
printf 'go 1.23\n\nuse ./a\n' >go.work
cat >a/a_test.go <<'GO'
package a

import (
	"sync"
	"testing"
)

func TestA(t *testing.T) {
	var one, two sync.Mutex
	done := make(chan bool)
	go func() {
		one.Lock()
		two.Lock()
		two.Unlock()
		one.Unlock()
		done <- true
	}()
	two.Lock()
	one.Lock()
	one.Unlock()
	two.Unlock()
	<-done
}
GO
cat >old.crash <<'CRASH'
goknot crash 7
goknot: 0.1.0
target: example.org/a
dir: a
module:
test: TestA
go: go1.26.8
code: 93a0a2c98c007be6
tags:
race: no
short: no
args: 0
memory_limit: 4294967296
timeout_ns: 10000000000
policy: pos
seed: 9702060433870522805
depth: 0
steps_hint: 0
step_limit: 50000
fair_after: 12500
salt: c0a9c0934813c076
start_ns: 1795381727123283514
request_flags: 00000080
config_flags: 00000000
verdict: deadlock
message:
bucket: 8dcfff2a8694e4e3
end: deadlock
run_flags: 00000000
steps: 7
virtual_ns: 1000
schedule_hash: cecefd41264f6f36
signature: 2
  lock a_test.go:19
  lock a_test.go:13
chain: 2
  lock 5a54f78f 6fa5cafc8a51ce80 T/a_test.go:11#0 a_test.go:13 two
  lock 4af1b87d 0000000000000054 T a_test.go:19 one
switches: 1
  T is stopped before lock a_test.go:19 (one) while T/a_test.go:11#0 runs to lock a_test.go:13 (two)
names: 3
  4af1b87d lock 0/1 1/2 example.org/a TestA a_test.go:19 one
  5a54f78f lock 0/1 1/2 example.org/a TestA.func1 a_test.go:13 two
  156dd166 go 0/1 0/1 example.org/a TestA a_test.go:11 func
about: 2
  lock 4af1b87d
  lock 5a54f78f
departures: 1
  at 0000000000000054 2 lock 4af1b87d 0 6fa5cafc8a51ce80
goroutines: 2
  0 0000000000000054 T
  1 6fa5cafc8a51ce80 T/a_test.go:11#0
decisions: 7
  0*3 1*3 0
end 308fa868a1c07881
CRASH
for words in "" "-C ." "-C a"; do
	# shellcheck disable=SC2086 # words
	goknot replay $words old.crash
	expect_rc 1 "replay $words of an old file"
	expect_out 'replay: 1 of 1 reproduced \(deadlock\), schedule hash cecefd41264f6f36 as saved, 7 steps'
done
(cd a && goknot replay ../old.crash && exit "$rc") || rc=$?
expect_rc 1 "replay of an old file in a"
GOWORK=off goknot replay -C a old.crash
expect_rc 1 "replay -C of an old file without the workspace"
goknot save old.crash
expect_rc 0 "save of an old file"
kept a TestA
goknot test ./a
expect_rc 1 "test of an old file"
cd "$work"
cp old/old.crash .
goknot replay old.crash
expect_refusal 2 'goknot replay: the crash file names no module, and example\.org/a is in no workspace.*: -C names .*'
goknot save -C tmp old.crash
expect_refusal 2 'goknot save: old\.crash names no module, and example\.org/a is in no workspace that tmp is in'
done_testing
