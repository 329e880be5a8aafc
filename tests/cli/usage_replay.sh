#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# replay beside the schedule: where the module is found, what limits the process has, what becomes of -trace.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
cat >m/m_test.go <<'GO'
package m

import (
	"syscall"
	"testing"
)

func TestLimit(t *testing.T) {
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 {
		var data syscall.Rlimit
		syscall.Getrlimit(syscall.RLIMIT_DATA, &data)
		t.Errorf("may take %d bytes", data.Cur)
	}
}
GO
goknot fuzz -C m -quiet -first -fuzztime 2000x -seed 1 .
expect_rc 1 "making a crash file"
crash=$(echo "$work"/m/.goknot/crashes/*.crash)

# The command that a finding names works as it stands.
goknot fuzz -C m -o elsewhere -first -fuzztime 2000x -seed 1 .
command=$(sed -n 's/^    to re-run: goknot //p' out)
# shellcheck disable=SC2086 # words of a command
goknot ${command:-no command} -quiet
expect_rc 1 "the command that the finding names"

# The process may take as much memory as under fuzz.
goknot replay -json "$crash"
expect_rc 1 "replay"
expect "the limit of memory: $(cat out)" test "$(events replay '.[0].message')" = "may take $((4 << 30)) bytes"
goknot replay -json -memory 512m "$crash"
expect "-memory 512m: $(cat out)" test "$(events replay '.[0].message')" = "may take $((512 << 20)) bytes"

# go.mod may name the module in every way that Go allows.
for line in 'module example.org/m // the tests' 'module "example.org/m"' $'module\texample.org/m'; do
	printf '// a module\n%s\n\ngo 1.23\n' "$line" >m/go.mod
	goknot replay -quiet "$crash"
	expect_rc 1 "go.mod with $line"
done
printf 'module example.org/mm\n\ngo 1.23\n' >m/go.mod
goknot replay -quiet "$crash"
expect_refusal 2 'goknot replay: the crash file is of module example\.org/m, .*'
printf 'module example.org/m\n\ngo 1.23\n' >m/go.mod

printf '\tmodule example.org/m\n\ngo 1.23\n' >m/go.mod
goknot fuzz -C m -o "$work/tab" -quiet -first -fuzztime 2000x -seed 1 .
expect "the module in the crash file" grep -qx 'module: example.org/m' "$work"/tab/crashes/*.crash
printf 'module example.org/m\n\ngo 1.23\n' >m/go.mod

# The limits of fuzz are those of replay, unless it is told others.
goknot fuzz -C m -o "$work/small" -quiet -first -fuzztime 2000x -seed 1 -memory 512m .
expect_rc 1 "a crash file under -memory"
goknot replay -C m -o "$work/small" -json "$work"/small/crashes/*.crash
expect "the limit of memory: $(cat out)" test "$(events replay '.[0].message')" = "may take $((512 << 20)) bytes"
module slow example.org/slow
cat >slow/slow_test.go <<'GO'
package slow

import "testing"

var sum int

func TestSlow(t *testing.T) {
	for i := 0; i < 8<<30; i++ {
		sum ^= i
	}
}
GO
goknot fuzz -C slow -quiet -first -fuzztime 1x -seed 1 -timeout 1s .
expect_rc 1 "a time-out"
goknot replay -quiet "$work"/slow/.goknot/crashes/*.crash
expect_rc 1 "replay of a time-out"

# Under delve: what it cannot do is said before anything is built, and what is missing, too.
mkdir bin
for program in go sh timeout; do ln -s "$(command -v $program)" bin/; done
bare() { PATH=$work/bin HOME=$work GOBIN='' GOPATH="$work/gopath" goknot "$@"; }
bare replay -dlv "$crash"
expect_refusal 2 'goknot replay: -dlv needs delve, which is not here: go install github\.com/go-delve/delve/cmd/dlv@latest'
cat >bin/dlv <<'SH'
#!/bin/sh
echo "delve: $*"
exit 1
SH
chmod +x bin/dlv
goknot fuzz -C m -o "$work/native" -sched native -quiet -first -fuzztime 2000x -seed 1 .
expect_rc 1 "a native crash file"
bare replay -C m -dlv "$work"/native/crashes/*-native.crash
expect_refusal 2 'goknot replay: -dlv stops before a step, and a native run has none: .*'
PATH=$work/bin:$PATH goknot replay -dlv=4000000 "$crash"
expect_refusal 2 'goknot replay: -dlv=4000000: the run has [0-9]+ steps only'
PATH=$work/bin:$PATH goknot replay -dlv=2 "$crash"
expect_rc 4 "a delve that does not run it"
expect_out 'delve: exec .* --init .* .*/m\.test -- -test\.run=\^TestLimit\$ -test\.timeout=0'
expect_out 'replay: the debugger was left before the run'

# An interleaving that cannot be written whole is no success.
goknot replay -quiet -trace - "$crash"
expect_refusal 2 "goknot replay: -trace wants a file: standard output has what the replay tells"
goknot minimize -o - "$crash"
expect_refusal 2 "goknot minimize: -o wants a file: what explains the result is written beside it"
goknot replay -quiet -trace /dev/full "$crash"
expect_rc 3 "-trace on a full disk"
expect_err 'goknot replay: -trace /dev/full: (No space left on device|cannot be written whole)'
done_testing
