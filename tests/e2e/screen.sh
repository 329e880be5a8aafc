#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a campaign shows while it runs: the screen of a real terminal (tmux), its keys and sizes, what is printed when
# it has gone; the same from goknot status beside it; the files for other programs.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cp -R "$root/seeds" module
cd module

if ! command -v tmux >/dev/null; then
	skip "the status screen" "there is no tmux to look at it with"
	done_testing
fi
servers=0
tmux=(tmux -f /dev/null -L "goknot-$$-0")
on_exit+=("tmux -L goknot-$$-\$servers kill-server 2>/dev/null")

start() { # rows, columns, environment and command
	"${tmux[@]}" kill-server 2>/dev/null || true
	# Who comes while the old server goes is turned away by it.
	tmux=(tmux -f /dev/null -L "goknot-$$-$((++servers))")
	rm -f "$work/ended"
	"${tmux[@]}" new-session -d -x "$2" -y "$1" "cd '$work/module' && $3; echo ended \$? >'$work/ended'; sleep 60"
}
screen() { "${tmux[@]}" capture-pane -p; }
shows() { screen | grep -Eq "$1"; }
wait_for() { # what, command...
	local what=$1 i
	shift
	checks=$((checks + 1))
	for ((i = 0; i < 600; i++)); do
		"$@" && return
		sleep 0.1
	done
	failed "$what never came; the screen:"
	screen >&2
}
fuzz="'$GOKNOT' fuzz -seed 1 -parallel 2"
packages="./abba/... ./pipeline/... ./closerace/..."

start 30 100 "LC_ALL=C.UTF-8 $fuzz -o c1 -metrics m.prom $packages"
wait_for "the screen" shows '^ run time '
wait_for "the first findings" shows '^ findings       .*deadlock 1.*leak 1.*panic 1'
wait_for "the messages" shows 'FOUND TestABBA: deadlock'
screen >shot
for line in '^ goknot .* 6 tests in 6 packages  seed 1 .*q quit' 'last new pair +([0-9]+ min )?[0-9]+ s ago' \
	'runs +[0-9.]+[MG]? \([0-9.]+M?/s\)' 'chain hits +(-|[0-9]+ %)' 'fidelity +100 % \([0-9]+ of' \
	'^ policies +random +pct2 +pct3 +pct4 +pos +rpos +surw +delay +stall +chain' '^ 1 Test[A-Za-z]+, [0-9.]+M? runs' \
	'test, package +1 to 6 of 6, by findings' '\* ?TestPipeline|\*  ?TestABBA|\*  ?TestCloseRace|TestABBA +goknot'; do
	expect "the screen has a line $line: $(cat shot)" grep -Eq "$line" shot
done
expect "the screen takes 30 lines: $(wc -l <shot)" test "$(wc -l <shot)" -le 30

sleep 2 # the database is at most a second behind
"$GOKNOT" status c1 >during.txt
"$GOKNOT" status -json c1 >during.json
expect "status is beside a running campaign: $(head -1 during.txt)" test -z "$(grep 'not running' during.txt)"
expect "status has the screen's groups" grep -Eq '^ policies +chain +delay' during.txt
expect "status knows the workers: $(cat during.json)" test "$(jq -s 'map(select(.event == "worker" and .pid > 0)) | length' during.json)" = 2
expect "status knows the arms" test "$(jq -s 'map(select(.event == "policy").runs) | add > 0' during.json)" = true
expect "status says that it runs" test "$(jq -s 'map(select(.event == "status"))[0].running' during.json)" = true

"${tmux[@]}" send-keys s
wait_for "another sort" shows 'by pairs *$'
"${tmux[@]}" resize-window -x 70 -y 18
wait_for "a smaller screen" shows 'coverage'
sleep 1
expect "18 lines are enough for it" test "$(screen | wc -l)" -le 18
"${tmux[@]}" resize-window -x 160 -y 45
wait_for "a larger screen" shows '1 to 6 of 6'
"${tmux[@]}" send-keys q
wait_for "the end" test -e "$work/ended"
expect "q ends it as Ctrl-C does: $(cat "$work/ended")" grep -qx 'ended 1' "$work/ended"
expect "what was found is printed when the screen has gone: $(screen)" shows 'to re-run: goknot replay -o c1 c1/crashes/'
expect "the summary is printed" shows '^fuzz: 3 findings'
"$GOKNOT" status c1 >after.txt
expect "status knows that it has ended: $(head -1 after.txt)" grep -q 'not running' after.txt

# What scripts around AFL read.
value() { sed -n "s/^$1 *: //p" c1/fuzzer_stats; }
expect "fuzzer_stats counts findings" test "$(value saved_crashes)" = 3
expect "fuzzer_stats counts runs as status does" test "$(value execs_done)" = "$("$GOKNOT" status -json c1 | jq -s 'map(select(.event == "status"))[0].runs')"
expect "fuzzer_stats has a line for each key" test "$(grep -Ecv '^[a-z_]+ *: .+$' c1/fuzzer_stats)" = 0
expect "plot_data has 13 columns" test "$(awk -F, 'NF != 13' c1/plot_data | wc -l)" = 0
expect "plot_data has a heading and a line" test "$(wc -l <c1/plot_data)" -ge 2
expect "the metrics are in the exposition format" test "$(grep -Ecv '^(# (HELP|TYPE) goknot_|goknot_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+]+$)' m.prom)" = 0
expect "the metrics count runs" grep -Eq '^goknot_runs_total [1-9]' m.prom

start 24 80 "NO_COLOR=1 LC_ALL=C.UTF-8 $fuzz -o c2 ./abba/buggy"
wait_for "the finding without colours" shows 'deadlock 1'
expect "NO_COLOR is obeyed" test "$("${tmux[@]}" capture-pane -p -e | grep -c $'\033\\[[0-9;]*31')" = 0
"${tmux[@]}" send-keys C-c
wait_for "the end" test -e "$work/ended"
start 24 80 "LC_ALL=C.UTF-8 $fuzz -o c3 ./abba/buggy"
wait_for "the finding in colours" shows 'deadlock 1'
expect "findings are red" test "$("${tmux[@]}" capture-pane -p -e | grep -c $'\033\\[[0-9;]*31')" -gt 0
"${tmux[@]}" send-keys C-c
wait_for "the end" test -e "$work/ended"

for how in "TERM=dumb $fuzz" "$fuzz -screen=false" "$fuzz -json"; do
	start 40 120 "$how -o c4 -fuzztime 500x ./abba/fixed | tee lines.txt"
	wait_for "the end without a screen: $how" test -e "$work/ended"
	start 40 120 "$how -o c4 -fuzztime 500x ./abba/fixed 2>&1"
	wait_for "the end without a screen: $how" test -e "$work/ended"
	expect "no screen with $how: $(screen)" test -z "$(screen | grep 'q quit')"
	expect "lines instead: $(screen)" shows 'runs of 1 test|"event":"summary"'
done

# A directory that cannot be written to any more stops the statistics, not the campaign, and is told once.
goknot fuzz -o c5 -metrics /nowhere/at/all.prom -fuzztime 6s -seed 1 ./abba/fixed
expect_rc 0 "metrics that cannot be written"
expect "it is told once: $(cat "$work/out")" test "$(grep -c '/nowhere/at/all.prom' "$work/out")" = 1

done_testing
