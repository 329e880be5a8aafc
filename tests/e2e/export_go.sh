#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot export -go: a directory with which a colleague without goknot sees the test fail by the bug, and pass with the fix;
# and what cannot be exported is refused with the reason, and nothing written.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

names=(abba statusmanager sendclosed flakyassert reflectchan)
mkdir tree
cp "$root/seeds/go.mod" tree/
packages=()
for name in "${names[@]}"; do
	mkdir -p "tree/$name"
	cp -r "$root/seeds/$name/buggy" "tree/$name/"
	packages+=("./$name/buggy")
done
before=$(checksum tree)
goknot fuzz -C tree -o "$work/found" -quiet -seed 1 -parallel 1 -fuzztime 3000x -fuzzminimizetime 1s "${packages[@]}"
expect_rc 1 "fuzzing the bundled bugs"

# With Go alone, in a copy of the tree: PATH has no goknot, and nothing of goknot's is there.
colleague() { # directory of the tree, export, flags...
	local tree=$1 export=$2
	shift 2
	rc=0
	(cd "$tree" && go run "$export/run.go" "$@") >out 2>err || rc=$?
	last="go run run.go in $tree"
}

# The tree with the fix in the place of the bug.
mend() { # name
	local f
	rm -rf mended
	mkdir -p "mended/$1/buggy"
	cp tree/go.mod mended/
	for f in "$root/seeds/$1/fixed/"*.go; do cp "$f" "mended/$1/buggy/$(basename "${f/fixed.go/buggy.go}" | sed 's/^fixed_/buggy_/')"; done
}

for wanted in abba=deadlock statusmanager=leak sendclosed=panic flakyassert=fail; do
	name=${wanted%=*} verdict=${wanted#*=}
	test=$(sed -n 's/^func \(Test[A-Za-z]*\)(.*/\1/p' "tree/$name/buggy/buggy_test.go" | head -1)
	goknot export -go -n 5 -C tree -campaign "$work/found" -o "$work/$name" "$work/found/crashes/$test-$verdict-"*.crash
	expect_rc 0 "exporting $name"
	[ "$rc" -eq 0 ] || continue
	expect_out "fails 5 of 5 with $verdict"
	expect "$name: files" test "$(cd "$name" && echo ./*)" = "./README.txt ./run.go"
	expect "$name: the readme tells what is wrong" grep -Eq "fails (by a $verdict|its own check):" "$name/README.txt"
	expect "$name: the places are not looked for" grep -Eq 'places: .*"buggy(_test)?\.go:[0-9]+"' "$name/run.go"
	mend "$name"
	colleague mended "$work/$name" -n 3
	expect_rc 0 "$name, mended"
	expect_out "fails 0 of 3 with $verdict"
done
expect "the tree is as it was" test "$(checksum tree)" = "$before"

colleague tree "$work/abba"
expect_rc 1 "without goknot"
expect_out "fails 1 of 1 with deadlock"
expect_out "panic: test timed out after 5s"

# The one-line command for go test, and the test without the order.
colleague tree "$work/statusmanager" -w "$work/overlay"
expect_rc 0 "writing the overlay"
expect "go test with the overlay fails" bash -c "! ($(cat out)) >test.out 2>&1"
expect "by the leak: $(cat test.out)" grep -q 'leak: goroutine T/buggy_test.go:10#0 is blocked for ever' test.out
colleague tree "$work/statusmanager" -plain
expect_rc 0 "without the order"
colleague / "$work/statusmanager"
expect_rc 1 "outside the module"
expect_err "run.go: this is about module goknot.example/seeds: .*"

file=$(find "$work/found/crashes" -name 'TestReflectChan-*.crash' | head -1)
goknot export -format go -n 3 -C tree -campaign "$work/found" -o "$work/none" "$file"
expect_rc 4 "exporting what the standard library executes"
expect_err "goknot export: $file cannot be exported as a Go test: held to the order of the run, 0 of 3 runs on the stock scheduler fail by it"
expect_err '    nobody can be made to wait before (send|recv) buggy\.go:1[48]: it stands outside the module, or the standard library executes it'
expect "something was written" test ! -e "$work/none"
expect "no files are left behind" test "$(find "$work/found" -maxdepth 1 -name 'export-*' | wc -l)" -eq 0

file=$(find "$work/found/crashes" -name 'TestABBA-*.crash')
goknot export -go -C tree -campaign "$work/found" -o "$work/abba" "$file"
expect_refusal 2 "goknot export: $work/abba/run\.go is there already: remove it, or name another directory with -o"
goknot export -go -format dot "$file"
expect_refusal 2 "goknot export: -go and -format are two ways to say one thing: give one of them"
goknot export -format dot -n 3 "$file"
expect_refusal 2 "goknot export: -n counts the runs of a Go test: it goes with -format go"

# A fix that makes the finding go away is no finding to export.
mend abba
goknot export -go -C mended -campaign "$work/found" -o "$work/none" "$file"
expect_rc 4 "exporting what is mended"
expect_err "goknot export: .* cannot be exported as a Go test: it does not reproduce any more"
done_testing
