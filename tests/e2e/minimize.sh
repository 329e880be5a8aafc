#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot minimize: the result ends with the same verdict in the same bucket and replays each time; for every small bundled
# bug an exhaustive search finds no schedule with fewer preemptions.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

seeds=$root/seeds

field() { sed -n "s/^$1: //p" "$2"; } # key, crash file

# The result of minimising a file: smaller or as small, and as good as the file it was made of.
minimizes() { # crash file, flags...
	local file=$1 name
	name=$(basename "$1" .crash)
	shift
	goknot minimize -C "$seeds" -campaign "$work/build" -json -o "$work/small.crash" "$@" "$file"
	expect_rc 0 "minimising $name"
	[ "$rc" -eq 0 ] || return 0
	cp out "result"
	expect "$name: $(cat result)" test "$(events minimized '.[0] | .smaller and .replays == 20 and .replays_same == 20
		and (.preemptions < .preemptions_before or .preemptions == .preemptions_before and .switches <= .switches_before)')" = true
	expect "$name: another bucket" test "$(field bucket "$file")" = "$(field bucket small.crash)"
	expect "$name: another verdict" test "$(field verdict "$file")" = "$(field verdict small.crash)"
	goknot replay -C "$seeds" -o "$work/build" -json -n 20 small.crash
	expect_rc 1 "replay of $name, minimised"
	expect "$name: $(cat out)" test "$(events replay '.[0] | .reproduced == 20 and .same_hash == 20 and .diverged == 0')" = true
	cp result out
}

# Files of earlier versions, and the switches that are left of each.
for wanted in TestStatusManager=0 TestContextLeak=1 TestCount=1 TestDeepChain=4; do
	for file in "$root/crashes/${wanted%=*}"-*.crash; do
		minimizes "$file"
		expect "$(basename "$file"): $(cat out)" test "$(events minimized '.[0].preemptions')" = "${wanted#*=}"
	done
done

# What the deep one is about: all three read the generation before it is changed, and write behind that.
goknot minimize -C "$seeds" -campaign "$work/build" -o small.crash "$root"/crashes/TestDeepChain-*.crash
expect_rc 0 "the deep one in words"
expect_out '  1\. T is stopped before atomic_rmw buggy\.go:108 \(t\.gen\) while T/buggy_test\.go:11#. runs to atomic_load buggy\.go:99 \(t\.gen\)'
expect_out '  4\. T/buggy_test\.go:11#. is stopped before send buggy\.go:100 \(t\.journal\) while T runs to recv buggy\.go:131 \(t\.journal\)'
expect_out 'minimize: 4 preemptions \(10 before\), .*'
expect_out "minimize: replays 20 of 20, saved to small.crash"
expect "the file tells of its switches" test "$(field switches small.crash)" = 4
expect_out 'minimize: as a chain of [56] operations, all else run-until-block:'
expect_out ' +send buggy\.go:100 \(t\.journal\) of T/buggy_test\.go:11#.'
expect "and of the chain" test "$(field chain small.crash)" -ge 5
# What explains it lies beside it: nothing has to be built or run for a picture of it.
expect "the explanation" grep -q '^G[0-9] .*buggy_test.go:11' small.explanation
goknot export -format json small.crash
expect_rc 0 "the timeline"
expect "the timeline is the one beside it" cmp out small.timeline.json
# shellcheck disable=SC2016 # jq's variables
expect "of the result: $(cat out)" jq -e --rawfile told small.explanation --arg hash "$(field schedule_hash small.crash)" '
	.minimized and .schedule_hash == $hash and (.switches | length) == 4 and .crash_file == "small.crash"
	and (.explanation | join("\n")) + "\n" == $told' out >/dev/null

# Every bundled bug as a campaign finds it.
packages=()
for expected in "$seeds"/*/expect.json; do
	name=$(basename "$(dirname "$expected")")
	case $name in race | deepchain) ;; *) packages+=("./$name/buggy") ;; esac
done
goknot fuzz -C "$seeds" -o "$work/found" -quiet -seed 1 -parallel 1 -fuzztime 6000x "${packages[@]}"
expect_rc 1 "fuzzing the bundled bugs"
files=("$work"/found/crashes/*.crash)
expect "findings in ${#files[@]} files for ${#packages[@]} packages" test "${#files[@]}" -ge "${#packages[@]}"
for file in "${files[@]}"; do
	minimizes "$file" -prove
	expect "$(basename "$file"): fewer preemptions are not ruled out: $(cat out)" test "$(events minimized '.[0].proved')" = true
	# A timer that fires is no operation that a chain could ask for.
	expect "$(basename "$file"): no chain of operations does: $(cat out)" test "$(events minimized '.[0] | .timers > 0 or
		(.chain_does and (.chain | length) <= 2 * (.critical | length) and (.preemptions == 0 or (.chain | length) > 0))')" = true
done

# What the campaign tells of one, and what a replay tells behind the interleaving.
goknot fuzz -C "$seeds" -o "$work/told" -json -quiet -first -fuzztime 20s ./abba/buggy
expect_rc 1 "fuzzing one"
expect "the finding: $(cat out)" test "$(events finding '.[0] | .preemptions == 1 and (.critical | length) >= 1')" = true
told=("$work"/told/crashes/TestABBA-*.explanation)
expect "the explanation: $(cat "${told[0]}")" test "$(wc -l <"${told[0]}")" -le 25
for line in 'deadlock: lock buggy\.go:25, wgwait buggy_test\.go:22' \
	'G1 +T/buggy_test\.go:14#0, created at buggy_test\.go:14 by G0' \
	'.*lock buggy\.go:24 \(first\.mu\); STOPPED before lock buggy\.go:25 \(second\.mu\)' \
	'G2 .* blocked in lock buggy\.go:25 on second\.mu, held by G1 .*' 'buggy\.go:25: second\.mu\.Lock\(\)' \
	'without the switches out of turn \(run-until-block\) it ends: ok'; do
	expect "the explanation has no line $line: $(cat "${told[0]}")" grep -Eqx "$line" "${told[0]}"
done
goknot replay -C "$seeds" -o "$work/told" "${told[0]%.explanation}.crash"
expect_rc 1 "replay of it"
while IFS= read -r line; do
	[[ $line = deadlock:* ]] || expect "the replay does not say: $line" grep -Fqx "$line" out
done <"${told[0]}"
goknot fuzz -C "$seeds" -o "$work/raw" -json -quiet -first -fuzzminimizetime 0 -fuzztime 20s ./abba/buggy
expect_rc 1 "fuzzing one without"
expect "it was minimised all the same" test "$(events finding '.[0] | has("critical")')" = false

# What takes long, and waits for something outside, is left as it was found by a campaign; the command does it.
module slow example.org/slow
cat >slow/a_test.go <<'GO'
package slow

import (
	"os/exec"
	"sync/atomic"
	"testing"
)

func TestSlow(t *testing.T) {
	var first atomic.Int32
	done := make(chan bool)
	go func() {
		first.CompareAndSwap(0, 1)
		close(done)
	}()
	first.CompareAndSwap(0, 2)
	<-done
	if first.Load() == 1 {
		exec.Command("sleep", "0.3").Run()
		t.Fatal("the other was first")
	}
}
GO
goknot fuzz -C slow -o "$work/slow/campaign" -json -quiet -first -parallel 1 -seed 1 -fuzztime 60s -fuzzminimizetime 10s .
expect_rc 1 "fuzzing the slow one"
expect "the slow one: $(cat out)" test "$(events finding '.[0].not_smaller')" = "a run takes too long to make many"
goknot minimize -C slow -campaign "$work/slow/campaign" -json -o small.crash "$(events finding '.[0].crash_file')"
expect_rc 0 "minimising the slow one"
expect "the slow one: $(cat out)" test "$(events minimized '.[0] | .preemptions <= 1 and .replays_same == 20')" = true

# Who is woken and blocks at once again, here in a sleep, is blocked a second time behind the same operation: another place.
module twice example.org/twice
cat >twice/t_test.go <<'GO'
package twice

import (
	"sync"
	"testing"
	"time"
)

func TestOrder(t *testing.T) {
	var start sync.WaitGroup
	var mu sync.Mutex
	var got []int
	done := make(chan bool)
	start.Add(4)
	for i := range 4 {
		go func() {
			start.Done()
			start.Wait()
			time.Sleep(time.Millisecond)
			mu.Lock()
			got = append(got, i)
			mu.Unlock()
			done <- true
		}()
	}
	for range 4 {
		<-done
	}
	if got[0] == 2 && got[1] == 0 && got[2] == 3 {
		t.Error("2, 0, 3")
	}
}
GO
for seed in 1 2 3 4 5 6; do
	rm -rf twice/campaign
	goknot fuzz -C twice -o "$work/twice/campaign" -seed "$seed" -parallel 1 -first -fuzztime 20000x
	expect_rc 1 "woken for nothing, seed $seed"
	expect_out '    minimised: [0-2] preemptions?, .*'
done

# A timer of an init may fire before anybody runs: a list of switches can say that, too.
module first example.org/first
cat >first/first_test.go <<'GO'
package first

import (
	"testing"
	"time"
)

var fired bool

func init() { time.AfterFunc(100*time.Millisecond, func() { fired = true }) }

func TestFirst(t *testing.T) {
	was := fired
	time.Sleep(200 * time.Millisecond)
	fired = false
	if was {
		go func() { <-make(chan int) }()
	}
}
GO
goknot fuzz -C first -o "$work/first/campaign" -seed 1 -parallel 1 -first -fuzztime 20000x
expect_rc 1 "a timer that is first"
expect_out '    1\. before anybody runs, the next timer fires'
expect_out '    minimised: 0 preemptions, .*'
seeds=$work/first minimizes first/campaign/crashes/TestFirst-*.crash

# Beside the file when -o does not say.
cp "${files[0]}" here.crash
goknot minimize -C "$seeds" -campaign "$work/build" here.crash
expect_rc 0 "minimising without -o"
expect "no result beside the file" test -s here.min.crash

# A result that cannot be written, a file that is none, code in which the bug is gone, and a test that is.
goknot minimize -C "$seeds" -campaign "$work/build" -o "$work/none/small.crash" here.crash
expect_rc 2 "a result in no directory"
expect_err "goknot minimize: .*none/small\.crash.*: No such file or directory"
echo rubbish >rubbish.crash
goknot minimize -C "$seeds" -campaign "$work/build" rubbish.crash
expect_refusal 2 "goknot minimize: rubbish\.crash: .*"
goknot minimize -C "$seeds" -campaign "$work/build"
expect_refusal 2 "goknot minimize: wants one crash file, got 0 words"
cp -r "$seeds" fixed
crash=("$root"/crashes/TestStatusManager-*.crash)
cp "$seeds"/statusmanager/fixed/fixed.go fixed/statusmanager/buggy/buggy.go
sed -i 's/^package fixed/package buggy/' fixed/statusmanager/buggy/buggy.go
goknot minimize -C fixed -o small.crash "${crash[0]}"
expect_rc 4 "the bug is fixed"
expect_out "minimize: .*: the schedule no longer ends as it did, tried with 3 runs"
rm fixed/statusmanager/buggy/*_test.go
goknot minimize -C fixed -o small.crash "${crash[0]}"
expect_refusal 2 "goknot minimize: TestStatusManager of .* is not there any more.*"
done_testing
