#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Targets that exit, print rubbish, fork, eat memory, spin, or die before the test: the right verdict or listing,
# nothing left behind, and goknot survives.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

fuzz() { # directory, flags...
	goknot fuzz -C "$@" -o "$work/campaign-$1" -json -quiet -seed 1 -parallel 1
	expect "$1: goknot itself failed: $(cat err)" test "$rc" -ne 3
}
program() { # name, import lines, body of the test
	module "$1" "example.org/$1"
	printf 'package %s\n\nimport (\n%s\n\t"testing"\n)\n\nfunc TestIt(t *testing.T) {\n%s\n}\n' "$1" "$2" "$3" >"$1/it_test.go"
}
finding() { # name, verdict
	expect_rc 1 "$1"
	expect "$1: $(head -c 600 out)" test "$(events finding "length >= 1 and .[0].verdict == \"$2\"")" = true
}

program exits '	"os"' '	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 {
		os.Exit(7)
	}'
fuzz exits -fuzztime 2000x -first
finding "os.Exit" exit
goknot replay -C exits -o campaign-exits -json -n 3 campaign-exits/crashes/*.crash
expect_rc 1 "replay of os.Exit"
expect "replay of os.Exit: $(cat out)" test "$(events replay '.[0] | .reproduced == 3 and .same_hash == 3')" = true

program rubbish '	"os"' '	b := make([]byte, 4096)
	for i := range b {
		b[i] = byte(i * 7)
	}
	os.Stdout.Write(b)
	os.Stderr.Write(b)
	os.Stderr.WriteString("\npanic: not a panic\n\ngoroutine 1 [running]:\nfatal error: none\n--- FAIL: TestIt\nPASS\n")
	c := make(chan int)
	go func() { c <- 1 }()
	<-c'
fuzz rubbish -fuzztime 300x
expect_rc 0 "binary rubbish"
expect "binary rubbish: $(head -c 600 out)" test "$(events summary '.[0] | .runs >= 300 and .findings == 0 and
	.set_aside == 0')" = true

program rubbishfail '	"os"' '	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	os.Stdout.WriteString("\x00\x01\x1b[2J\xff\xfe before\n")
	if <-c == 2 {
		t.Error("\x1b[31mescape\xff")
	}'
fuzz rubbishfail -fuzztime 2000x -first
finding "rubbish in the message" fail
goknot replay -C rubbishfail -o campaign-rubbishfail campaign-rubbishfail/crashes/*.crash
expect_rc 1 "replay of rubbish in the message"
expect "an escape sequence reaches the terminal" test "$(grep -c $'\e' out)" -eq 0

program panics '	"strings"' '	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 {
		panic(strings.Repeat("long\n", 20000) + "\xff\x00")
	}'
fuzz panics -fuzztime 2000x -first
finding "a panic of 100 kB" panic

# Children outlive the run: neither they nor their children remain, not while it runs and not after.
cp "$(command -v sleep)" orphan
program forks '	"os/exec"' '	cmd := exec.Command("/bin/sh", "-c", "'"$work"'/orphan 1000 & setsid '"$work"'/orphan 1001 & exit 0")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}'
# More runs than these leave more than 1000 processes, which is a bomb.
fuzz forks -fuzztime 300x
expect "forking: exit code $rc" test "$rc" -le 1
expect "forking: $(head -c 600 out)" test "$(events summary '.[0] | .runs > 0 and .rejected == 0')" = true
orphans=0
for p in $(processes_below "$work"); do
	orphans=$((orphans + 1))
	kill -9 "$p"
done
expect "$orphans children outlive goknot" test "$orphans" -eq 0

# Memory: killed by its own allocation, not by the machine.
program eats '' '	var all [][]byte
	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	for first := <-c; first == 2; {
		b := make([]byte, 16<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		all = append(all, b)
	}'
sed -i '/^import ($/,/^)$/{/^$/d}' eats/it_test.go
fuzz eats -fuzztime 500x -memory 300m -first
expect_rc 1 "eating memory"
expect "eating memory: $(head -c 600 out)" \
	test "$(events finding 'length == 1 and (.[0].verdict | IN("fatal", "panic"))')" = true
expect "eating memory: the reason is not told: $(events finding '.[0].message')" \
	test "$(events finding '.[0].message | test("out of memory|cannot allocate")')" = true

# A loop without any operation of concurrency: only the real clock can end it.
program spins '' '	c := make(chan int, 2)
	go func() { c <- 1 }()
	go func() { c <- 2 }()
	if <-c == 2 {
		for i := 0; ; i++ {
		}
	}'
sed -i '/^import ($/,/^)$/{/^$/d}' spins/it_test.go
fuzz spins -fuzztime 2000x -timeout 500ms -first
finding "an endless loop" timeout

# Dead before the test begins: no verdict, but set aside with the reason.
program inits '	"os"' '	_ = os.Args'
printf 'package inits\n\nfunc init() { panic("in init") }\n' >inits/init_test.go
fuzz inits -fuzztime 300x
expect_rc 4 "a panic in init"
expect "a panic in init: $(cat out)" test "$(events summary '.[0] | .set_aside == 1 and .findings == 0')" = true

program mainless '	"os"' '	_ = os.Args'
printf 'package mainless\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) { os.Exit(0) }\n' >mainless/main_test.go
fuzz mainless -fuzztime 300x
expect_rc 4 "a TestMain that runs nothing"
expect "a TestMain that runs nothing: $(cat out)" test "$(events summary '.[0].set_aside')" = 1

# One bad apple: the sound test beside it is still fuzzed.
program mixed '	"os"' '	os.Exit(3)'
printf 'package mixed\n\nimport "testing"\n\nfunc TestSound(t *testing.T) {\n\tc := make(chan int)\n\tgo func() { c <- 1 }()\n\t<-c\n}\n' >mixed/sound_test.go
fuzz mixed -fuzztime 3s
expect "a test that always exits beside a sound one: exit code $rc" test "$rc" -le 1
goknot status -json campaign-mixed
expect "the sound test was not run: $(cat out)" \
	test "$(events target 'map(select(.test == "TestSound"))[0].runs > 100')" = true

# Threads, signals and a closed standard output.
program signals '	"os"
	"os/signal"
	"runtime"
	"syscall"' '	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	defer signal.Stop(c)
	done := make(chan bool)
	go func() {
		runtime.LockOSThread()
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		close(done)
	}()
	<-done
	os.Stdout.Close()'
fuzz signals -fuzztime 2s
expect "signals: exit code $rc: $(head -c 600 out)" test "$rc" -eq 0
expect "left in TMPDIR: $(ls -A "$TMPDIR")" test -z "$(ls -A "$TMPDIR")"
done_testing
