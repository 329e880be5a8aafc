#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot export: what it refuses, and that a timeline beside a crash file is all it needs.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

crash=$root/crashes/TestContextLeak-leak-bf9a69e7.crash
goknot export
expect_refusal 2 'goknot export: wants one crash file, got 0 words'
goknot export -format json a b
expect_refusal 2 'goknot export: wants one crash file, got 2 words'
goknot export "$crash"
expect_refusal 2 'goknot export: -format is missing: json, perfetto, shiviz, dot or go'
goknot export -format svg "$crash"
expect_refusal 2 'goknot export: -format svg: not one of json, perfetto, shiviz, dot or go \(goknot report -format svg draws\)'
goknot export -format $'a\nb' "$crash"
expect_refusal 2 'goknot export: -format a\\nb: not one of .*'
goknot export -format json none.crash
expect_refusal 2 'goknot export: cannot open none\.crash: No such file or directory'
echo rubbish >bad.crash
goknot export -format json bad.crash
expect_refusal 2 'goknot export: bad\.crash: .*'

# A timeline of that schedule, written by hand; no module is near.
hash=$(sed -n 's/^schedule_hash: //p' "$crash")
bucket=$(sed -n 's/^bucket: //p' "$crash")
cp "$crash" x.crash
timeline() { # schedule hash, name of a goroutine
	jq -cn --arg hash "$1" --arg bucket "$bucket" --arg name "$2" '{format: "goknot timeline", version: 1,
		bucket: $bucket, schedule_hash: $hash, seed: "1", virtual_ns: 1, steps: 1, left_out: 0, native: false, minimized: false,
		explanation: [], signature: [], sites: [], primitives: [],
		goroutines: [{path: $name, number: 0, created: 0, state: "ended"}],
		events: [{step: 0, kind: "spawn", op: "go", to: 0}, {step: 1, kind: "step", g: 0, op: "start", ns: 200}],
		blocked: [], arrows: [], waits: [], switches: []}'
}
timeline "$hash" 'T"\<script>&amp;' >x.timeline.json
for format in json perfetto shiviz dot; do
	goknot export -format $format x.crash
	expect_rc 0 "$format of what is kept"
	expect "$format: nothing on standard error: $(cat err)" test ! -s err
	cp out $format.out
	goknot export -format $format -o $format.file x.crash
	expect_rc 0 "$format into a file"
	expect "$format: nothing on standard output" test ! -s out
	expect "$format: the same twice" cmp $format.out $format.file
	goknot export -format $format -o - x.crash
	expect_rc 0 "$format with -o -"
	expect "$format: -o - is standard output" cmp out $format.out
done
expect "JSON" jq -e '.goroutines[0].path == "T\"\\<script>&amp;"' json.out >/dev/null
expect "Perfetto" jq -e '.traceEvents | map(select(.ph == "X")) | length == 1' perfetto.out >/dev/null
expect "ShiViz" test "$(tail -n 2 shiviz.out)" = 'starts
G0 {"G0":1}'
expect "DOT: $(cat dot.out)" grep -q 'label="G0\\nT\\"\\\\<script>&amp;amp;\\nended"' dot.out

goknot export -go -o - x.crash
expect_refusal 2 'goknot export: -o wants a directory: a Go test does not fit on standard output'
expect "no file is called -" test ! -e ./-
goknot export -format json -o none/x x.crash
expect_refusal 2 'goknot export: -o none/x: No such file or directory'
if [ -w /dev/full ]; then
	goknot export -format json -o /dev/full x.crash
	expect_refusal 3 'goknot export: -o /dev/full: cannot be written whole: No space left on device'
fi

# What is not of this schedule, or broken, is not used; without the module there is then nothing.
timeline 0123456789abcdef T >x.timeline.json
goknot export -format json x.crash
expect_rc 2 "another schedule"
expect_err 'goknot export: x\.timeline\.json is not used: it is of another schedule'
expect_err 'goknot export: the crash file is of module goknot\.example/seeds, which is neither here nor above the file, nor in a workspace there: .*'
timeline "$hash" T | sed 's/"g":0/"g":1/' >x.timeline.json
goknot export -format json x.crash
expect_rc 2 "a broken one"
expect_err 'goknot export: x\.timeline\.json is not used: timeline: events\[1\]: g is no index of what it is about'

# The schema knows the operations and kinds of event that goknot knows.
schema=$root/docs/timeline.schema.json
names() { sed -n "/${1}_names\[\]/,/^};/s/.*\"\([a-z_]*\)\".*/\1/p" "$root/fuzzer/wire/ops.c"; }
expect "operations" test "$(jq -r '."$defs".op.enum[]' "$schema" | sort)" = "$(names op | sort)"
expect "events" test "$(jq -r '."$defs".event.properties.kind.enum[]' "$schema" | sort)" = \
	"$(names event | grep -vx 'rare\|state\|candidate' | sort)"
done_testing
