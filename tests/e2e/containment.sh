#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a target has forked is contained: too many processes are the end of a run, a time-out takes them along, also those in sessions of
# their own, and nothing outlives goknot, not even when goknot is killed. The bombs here end by themselves at 2,500.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cp "$(command -v sleep)" orphan
program() { # name, what the shell runs
	module "$1" "example.org/$1"
	# shellcheck disable=SC2016 # backquotes of Go
	printf 'package %s\n\nimport (\n\t"os/exec"\n\t"testing"\n)\n\nfunc TestIt(t *testing.T) {\n\tc := make(chan int, 2)\n\tgo func() { c <- 1 }()\n\tgo func() { c <- 2 }()\n\tif <-c == 2 {\n\t\texec.Command("/bin/sh", "-c", `%s`).Run()\n\t}\n}\n' \
		"$1" "$2" >"$1/it_test.go"
}
orphans() { pgrep -c -f "^$work/orphan " || true; }
none_left() {
	for _ in $(seq 50); do
		[ "$(orphans)" -gt 0 ] || return 0
		sleep 0.1
	done
	pkill -9 -f "^$work/orphan "
	return 1
}
on_exit+=("pkill -9 -f '^$work/orphan '")

# Bombs: in the target's own group, and each part in a session of its own.
for start in '' setsid; do
	name=bomb$start
	program "$name" "i=0; while [ \$i -lt 8000 ]; do i=\$((i+1)); $start $work/orphan 300 & done; wait"
	timeout -k 5 120 "$GOKNOT" fuzz -C "$name" -o "campaign-$name" -json -quiet -seed 1 -parallel 1 -timeout 20s -first -fuzztime 40s >out 2>err </dev/null &
	pid=$!
	most=0
	while kill -0 $pid 2>/dev/null; do
		now=$(orphans)
		most=$((now > most ? now : most))
		sleep 0.05
	done
	rc=0
	wait $pid || rc=$?
	last="goknot fuzz, $name"
	if have_namespaces "what a bomb comes to" >/dev/null; then
		expect_rc 1 "$name"
		expect "$name: $(head -c 400 out)" test "$(events finding '.[0] | .verdict == "fatal" and
			(.message | test("more than 1000 processes"))')" = true
		# It goes on between two looks at it, how far is for the machine; left alone it comes to 8000.
		expect "$name: up to $most processes" test "$most" -le 6000
	fi
	expect "$name: $(orphans) processes are left" none_left
done

# A time-out takes what was forked along, whatever session it lives in.
program hang "setsid $work/orphan 300 & $work/orphan 300 & wait"
goknot fuzz -C hang -o campaign-hang -json -quiet -seed 1 -parallel 1 -timeout 500ms -first -fuzztime 30s
expect_rc 1 "a child that hangs"
expect "a child that hangs: $(head -c 400 out)" test "$(events finding '.[0].verdict')" = timeout
expect "$(orphans) processes are left behind a time-out" none_left

# goknot itself is killed.
have_namespaces "what was forked, when goknot is killed" || { done_testing; exit 0; }
"$GOKNOT" replay -C hang -o campaign-hang -n 1000 campaign-hang/crashes/*.crash >out 2>err </dev/null &
pid=$!
on_exit+=("kill -9 $pid 2>/dev/null")
for _ in $(seq 600); do
	if [ "$(orphans)" -gt 0 ]; then break; fi
	sleep 0.05
done
expect "nothing was forked in a replay: $(cat err)" test "$(orphans)" -gt 0
kill -KILL $pid
wait $pid 2>/dev/null || true
last="goknot replay, killed"
expect "$(orphans) processes outlive a replay" none_left

program forks "setsid $work/orphan 300 & $work/orphan 300 & exit 0"
for signal in KILL TERM; do
	chmod -R u+rwx campaign-forks 2>/dev/null || true
	rm -rf campaign-forks
	"$GOKNOT" fuzz -C forks -o campaign-forks -quiet -seed 1 -parallel 2 -fuzztime 60s >out 2>err </dev/null &
	pid=$!
	on_exit+=("kill -9 $pid 2>/dev/null")
	for _ in $(seq 600); do
		if [ "$(orphans)" -gt 0 ]; then break; fi
		sleep 0.05
	done
	expect "nothing was forked: $(cat err)" test "$(orphans)" -gt 0
	kill -$signal $pid
	wait $pid 2>/dev/null || true
	expect "$(orphans) processes outlive goknot after SIG$signal" none_left
	expect "a process of goknot's is left after SIG$signal" test -z "$(processes_below "$work/campaign-forks")"
done
done_testing
