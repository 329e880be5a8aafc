#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Each finding has a timeline beside it, and what goknot export makes of that is what the formats' readers want: the JSON
# by its schema, the trace events and ShiViz's clocks by their rules, DOT by Graphviz.
# shellcheck disable=SC2016 # the variables in single quotes are jq's
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

python=
for p in python3 /usr/bin/python3; do
	if [ -z "$python" ] && "$p" -c 'import jsonschema' 2>/dev/null; then python=$p; fi
done
[ -n "$python" ] || skip "the schema" "python3-jsonschema is not installed"
command -v dot >/dev/null || skip "DOT" "graphviz is not installed"

by_schema() { # file
	[ -z "$python" ] || "$python" - "$root/docs/timeline.schema.json" "$1" <<-'EOF'
		import json, sys, jsonschema
		schema, data = (json.load(open(name)) for name in sys.argv[1:])
		jsonschema.Draft202012Validator(schema).validate(data)
	EOF
}

# Chrome's trace-event format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
trace_rules='
	def in_slice($slices): . as $e | any($slices[]; .tid == $e.tid and .ts <= $e.ts and $e.ts <= .ts + .dur);
	.traceEvents as $all | [$all[] | select(.ph == "X")] as $x
	| ($all | all(.[]; .pid == 1 and (.ph | IN("M", "X", "i", "s", "f")) and (.name | type == "string")))
	and ($all | all(.[] | select(.ph != "M"); (.ts | type == "number") and (.tid | type == "number") and (.cat | type == "string")))
	and ($x | length > 0) and ($x | all(.[]; .dur | type == "number" and . >= 0))
	and ($x | group_by(.tid) | all(.[]; sort_by(.ts) as $t | all(range(1; $t | length); $t[.].ts >= $t[. - 1].ts + $t[. - 1].dur)))
	and ($all | all(.[] | select(.ph == "i"); .s | IN("t", "p", "g")))
	and ([$all[] | select(.ph == "s") | [.id, .cat, .name]] == [$all[] | select(.ph == "f") | [.id, .cat, .name]])
	and ([$all[] | select(.ph == "s") | .id] | unique | length) == ([$all[] | select(.ph == "s")] | length)
	and ($all | all(.[] | select(.ph == "s" or .ph == "f"); in_slice($x)))
	and ($all | all(.[] | select(.ph == "f"); .bp == "e"))
	and ([$all[] | select(.ph == "M" and .name == "thread_name") | .tid] == ([$all[] | .tid | select(. != null)] | unique))'

# By the expression in its own first line: each host counts its own events from 1, hears only of what was before, and
# forgets nothing.
clock_rules='
	[inputs] as $lines | $lines[0] as $expression
	| reduce range(2; ($lines | length); 2) as $i ({};
		($lines[$i] + "\n" + $lines[$i + 1] | capture("^" + $expression + "$")) as $e
		| ($e.clock | fromjson) as $clock
		| . as $now
		| if $clock[$e.host] != (($now[$e.host][$e.host] // 0) + 1) then error("own clock: \($e)") else . end
		| if all($clock | to_entries[] | select(.key != $e.host); .value <= ($now[.key][.key] // 0)) | not
			then error("hears of what is to come: \($e)") else . end
		| if all(($now[$e.host] // {}) | to_entries[]; .value <= ($clock[.key] // 0)) | not
			then error("forgets: \($e)") else . end
		| .[$e.host] = $clock)
	| length > 1'

goknot fuzz -C "$root/seeds" -o "$work/campaign" -json -quiet -seed 1 -fuzztime 3000x \
	./abba/buggy ./pipeline/buggy ./selecttimeout/buggy
expect_rc 1 "fuzzing"
for test in TestABBA TestPipeline TestSelectTimeout; do
	crash=$(echo "$work/campaign/crashes/$test"-*.crash)
	kept=${crash%.crash}.timeline.json
	expect "$test: it has a timeline" test -s "$kept"
	expect "$test: the schema" by_schema "$kept"
	expect "$test: of this schedule" test "$(jq -r .schedule_hash "$kept")" = "$(sed -n 's/^schedule_hash: //p' "$crash")"
	expect "$test: minimised and explained" jq -e '.minimized and (.explanation | length > 3) and .left_out == 0' "$kept" >/dev/null
	for format in json perfetto shiviz dot; do
		goknot export -format $format -o "$test.$format" "$crash"
		expect_rc 0 "$test: $format"
	done
	expect "$test: JSON is what is kept" cmp "$test.json" "$kept"
	expect "$test: trace events" jq -e "$trace_rules" "$test.perfetto" >/dev/null
	expect "$test: clocks" jq -Rne "$clock_rules" "$test.shiviz" >/dev/null
	if command -v dot >/dev/null; then
		expect "$test: DOT" dot -Tsvg -o "$test.svg" "$test.dot"
		expect "$test: each goroutine in the tree" test "$(grep -c '<title>t[0-9]*</title>' "$test.svg")" = \
			"$(jq '.goroutines | length' "$kept")"
	fi
	# The same again from a replay.
	mkdir -p bare
	cp "$crash" "bare/$test.crash"
	for format in json shiviz; do
		goknot export -C "$root/seeds" -campaign "$work/campaign" -format $format -o "bare/$test.$format" "bare/$test.crash"
		expect_rc 0 "$test: $format from a replay"
	done
	expect "$test: the schema, from a replay" by_schema "bare/$test.json"
	expect "$test: a replay is the same run" cmp "bare/$test.shiviz" "$test.shiviz"
	for file in "$test.json" "bare/$test.json"; do
		jq 'del(.explanation, .minimized, .crash_file)' "$file" >"$file.part"
	done
	expect "$test: so is its timeline" cmp "bare/$test.json.part" "$test.json.part"
done

# What is in them. Two goroutines hold each other up.
expect "the cycle: $(cat TestABBA.dot)" test "$(grep -c 'w[12] -> w[12] .*held by.*color=' TestABBA.dot)" = 2
expect "blocked to the end" jq -e '[.traceEvents[] | select(.cat == "blocked" and .args.to_the_end)] | length == 3' TestABBA.perfetto >/dev/null
# The values that were received, in their order, and the one that was not.
expect "messages: $(cat TestPipeline.json)" jq -e '
	. as $t | [.arrows[] | select(.kind == "message") | $t.events[.from], $t.events[.to]] as $m
	| ($m | length) >= 4 and all(range(0; $m | length; 2); $m[.].op == "send" and $m[.].g != $m[. + 1].g)
	and ([.events[] | select(.kind == "step" and .op == "send")] | length) == ($m | length) / 2 + 1
	and (.goroutines[1] | .state == "blocked" and .op == "send")' TestPipeline.json >/dev/null
# A timer lets the select go on.
expect "timer: $(cat TestSelectTimeout.json)" jq -e '
	([.events[].kind] | index("timer")) as $timer
	| (.blocked[] | select(.op == "select") | .from < $timer and .to > $timer)
	and (.events[$timer].ns >= 1000000000)' TestSelectTimeout.json >/dev/null
expect "it comes from outside" grep -qx 'G0 {.*"outside":1}' TestSelectTimeout.shiviz

# Without minimising there is one as well, and on the stock scheduler.
goknot fuzz -C "$root/seeds" -o "$work/asfound" -json -quiet -seed 1 -first -fuzzminimizetime 0 -fuzztime 3000x ./abba/buggy
expect_rc 1 "as found"
expect "as found" jq -e '(.minimized | not) and (.events | length > 10)' "$work/asfound/crashes"/*.timeline.json >/dev/null
# Its explanation is in the reports, where a minimised one's would be.
for report in junit sarif; do
	goknot list -$report - "$work/asfound"
	expect_rc 0 "-$report of what was not minimised"
	expect "-$report: $(cat out)" grep -q 'G1 .* blocked in lock .*, held by G2 ' out
done
goknot fuzz -C "$root/seeds" -o "$work/native" -json -quiet -seed 1 -first -sched native -fuzztime 20s ./abba/buggy
if [ "$rc" -eq 1 ]; then
	native=$(echo "$work/native/crashes"/*-native.crash)
	if [ -e "$native" ]; then
		for format in json perfetto shiviz; do
			goknot export -format $format -o native.$format "$native"
			expect_rc 0 "native: $format"
		done
		expect "native: trace events" jq -e "$trace_rules" native.perfetto >/dev/null
		expect "native: clocks" jq -Rne "$clock_rules" native.shiviz >/dev/null
		expect "native: the schema" by_schema native.json
		expect "native: $(cat native.json)" jq -e '.native and (.events | length > 5) and (.blocked | length > 1) and (.waits | length > 1)' native.json >/dev/null
	else
		skip "a native timeline" "the stock scheduler has not shown the bug twice"
	fi
else
	skip "a native timeline" "the stock scheduler has not shown the bug"
fi

# The bug is fixed: what the replay does instead is told, and that it is that.
mkdir fixed
cp -R "$root/seeds/abba/fixed" fixed/buggy
printf 'module goknot.example/seeds\n\ngo 1.23\n' >fixed/go.mod
mkdir -p fixed/abba && mv fixed/buggy fixed/abba/buggy
mv fixed/abba/buggy/fixed.go fixed/abba/buggy/buggy.go
mv fixed/abba/buggy/fixed_test.go fixed/abba/buggy/buggy_test.go
sed -i 's/^package fixed/package buggy/; s|seeds/abba/fixed|seeds/abba/buggy|' fixed/abba/buggy/*.go
goknot export -C fixed -format json bare/TestABBA.crash
expect_rc 4 "the bug is gone"
expect_err 'goknot export: the replay did not end as the file says: what was written is that run'
expect "the schema, of another end" by_schema out
done_testing
