#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How a campaign ends: SIGKILL in the middle loses next to nothing and leaves no process, Ctrl-C stops within a
# second (three are allowed here: the machine may be busy) and the exit code tells whether there was a finding.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

start() { # seed program, flags...
	local program=$1
	shift
	"$GOKNOT" fuzz -C "$root/seeds" -o "$work/campaign" -seed 1 "$@" "$program" >"$work/out" 2>"$work/err" </dev/null &
	pid=$!
	on_exit+=("kill -9 $pid 2>/dev/null")
	last="goknot fuzz $program"
}

until_true() { # tenths of a second, command...
	local n=$1
	shift
	while ! "$@"; do
		n=$((n - 1))
		[ "$n" -gt 0 ] || return 1
		sleep 0.1
	done
}

workers_run() { [ -n "$(processes_below "$work/campaign/build/bin")" ]; }
no_process() { [ -z "$(processes_below "$work/campaign")" ]; }
runs() { "$GOKNOT" status -json campaign | jq 'select(.event == "status").runs'; }
have_run() { [ -e campaign/goknot.db ] && [ "$(runs 2>/dev/null || echo 0)" -ge "$1" ]; }

# SIGKILL, at different moments.
sum=0
for delay in 1.7 0.2 0.9; do
	start ./abba/fixed
	expect "no worker appears" until_true 600 workers_run
	sleep "$delay"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null || true
	expect "worker processes outlive SIGKILL: $(processes_below "$work/campaign")" until_true 20 no_process
	goknot status campaign
	expect_rc 0 "status after SIGKILL"
	expect "runs went from $sum to $(runs)" test "$(runs)" -ge "$sum"
	sum=$(runs)
done
expect "more than a second was lost: $sum runs" test "$sum" -gt 0
pairs() { "$GOKNOT" status -json campaign | jq 'select(.event == "target").pairs'; }
known=$(pairs)
expect "no pair survived SIGKILL" test "$known" -gt 0

# The same command goes on.
goknot fuzz -C "$root/seeds" -o "$work/campaign" -quiet -seed 1 -fuzztime 1000x ./abba/fixed
expect_rc 0 "the resumed campaign"
expect "$(pairs) pairs after $known" test "$(pairs)" -ge "$known"
expect "$(runs) runs after 1,000 more than $sum" test "$(runs)" -ge $((sum + 1000))
newest=$("$GOKNOT" status -json campaign | jq 'select(.event == "target").last_new_pair_run')
expect "the last new pair came with run $newest of $(runs)" test "$newest" -ge 1 -a "$newest" -le "$(runs)"

# Ctrl-C without a finding.
start ./abba/fixed
expect "no worker appears" until_true 600 workers_run
sleep 0.5
began=$(date +%s%N)
kill -INT "$pid"
rc=0
wait "$pid" || rc=$?
took=$((($(date +%s%N) - began) / 1000000))
expect_rc 0 "Ctrl-C without a finding"
expect "Ctrl-C took $took ms" test "$took" -lt 3000
expect "processes after Ctrl-C: $(processes_below "$work/campaign")" no_process
expect "no summary after Ctrl-C" grep -Eq '^fuzz: 0 findings' out

# Ctrl-C with findings: all that was printed is saved.
start ./statusmanager/buggy
expect "no finding appears" until_true 600 grep -q '^--- FOUND' out
began=$(date +%s%N)
kill -INT "$pid"
rc=0
wait "$pid" || rc=$?
took=$((($(date +%s%N) - began) / 1000000))
expect_rc 1 "Ctrl-C with a finding"
expect "Ctrl-C took $took ms" test "$took" -lt 3000
expect "processes after Ctrl-C: $(processes_below "$work/campaign")" no_process
found=$(grep -c '^--- FOUND' out)
expect "$found findings, but crashes/ holds $(find campaign/crashes -name '*.crash')" \
	test "$(find campaign/crashes -name '*.crash' | wc -l)" -eq "$found"
goknot status campaign
expect "$found findings, but status: $(cat out)" test "$(grep -c 'crashes/.*\.crash' out)" -eq "$found"
goknot replay -C "$root/seeds" -o campaign -quiet campaign/crashes/*.crash
expect_rc 1 "replay after Ctrl-C"

# Output that nobody reads any more, or that does not fit, ends a campaign as Ctrl-C does.
unread() { # where the output goes, flags...
	local out=$1
	shift
	rm -rf "$work/campaign"
	last="goknot fuzz, output to $out"
	rc=0
	timeout -k 5 60 "$GOKNOT" fuzz -C "$root/seeds" -o "$work/campaign" -seed 1 "$@" \
		./statusmanager/buggy >"$out" 2>err </dev/null || rc=$?
	expect_rc 3 "$last"
	expect_err 'goknot: cannot write to standard output(: .*)?'
	expect "processes after $last: $(processes_below "$work/campaign")" no_process
	goknot status campaign
	expect_rc 0 "status after $last"
}
mkfifo pipe
head -n 4 pipe >first &
unread pipe
expect "the first lines: $(cat first)" grep -q "^fuzz: seed 1" first
# Without progress the first that cannot be written is the finding, which is saved all the same.
unread /dev/full -quiet
expect "the finding is lost: $(cat out)" grep -q 'crashes/.*\.crash, verified' out

# A target that hangs does not keep Ctrl-C waiting, nor does the build.
module hang example.org/hang
printf 'package hang\n\nimport "testing"\n\nfunc TestHang(t *testing.T) {\n\tfor i := 0; ; i++ {\n\t}\n}\n' >hang/h_test.go
for wish in workers_run "test -e $work/campaign/build/helper"; do
	rm -rf "$work/campaign"
	"$GOKNOT" fuzz -C hang -o "$work/campaign" -timeout 1h >out 2>err </dev/null &
	pid=$!
	last="goknot fuzz on a hanging target, when $wish"
	# shellcheck disable=SC2086 # a command and its arguments
	expect "not started" until_true 600 $wish
	began=$(date +%s%N)
	kill -INT "$pid"
	rc=0
	wait "$pid" || rc=$?
	took=$((($(date +%s%N) - began) / 1000000))
	expect "$last: exit code $rc: $(cat err)" test "$rc" -eq 0 -o "$rc" -eq 4
	expect "$last: Ctrl-C took $took ms" test "$took" -lt 3000
	expect "processes of the hanging target: $(processes_below "$work/campaign")" until_true 20 no_process
done
# What was told along the way and could not be written is not explained with the error of something else.
rc=0
"$GOKNOT" fuzz -C "$root/seeds" -o "$work/full" -seed 1 -fuzztime 1x ./abba/fixed >/dev/full 2>"$work/err" || rc=$?
last="goknot fuzz >/dev/full"
expect_rc 3 "a full device"
expect_err 'goknot: cannot write to standard output: No space left on device'
done_testing
