#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# record, and list -trace: what they refuse, in one sentence each. Needs no privilege.
# shellcheck source=tests/lib/common.sh
. "$(cd "$(dirname "$0")/../.." && pwd)/tests/lib/common.sh"

goknot record
expect_refusal 2 'goknot record: there is nothing to record: goknot record -- program args, or -pid n'
goknot record ./server
expect_refusal 2 'goknot record: the program stands behind --: goknot record \[-o file\] -- program args'
goknot record -pid 7 -- ./server
expect_refusal 2 'goknot record: -pid 7 is a program that runs: it goes without one to start'
goknot record -pid x
expect_refusal 2 'goknot record: .*-pid.*'
goknot record -- ./nowhere
expect_refusal 2 'goknot record: .*nowhere.*'
goknot record -pid 2147483646
expect_refusal 2 'goknot record: there is no process 2147483646'
goknot record -- /bin/sh -c true
expect_refusal 2 'goknot record: /.*: it is no Go program, or one of before Go 1.18: it has no .go.buildinfo that names the release'
printf '#!/bin/sh\n' >script
chmod +x script
goknot record -- ./script
expect_refusal 2 'goknot record: .*/script: it is no program: no ELF file'

seed=$root/tests/fuzz/corpus/gobinary/fixed
variant() { # name, sed script
	LC_ALL=C sed "$2" "$seed" >"$1"
	chmod +x "$1"
	goknot record -- "./$1"
}
variant bits32 's/^\(\x7fELF\)\x02/\1\x01/'
expect_refusal 2 'goknot record: .*/bits32: it is a program of 32 bits: goknot records those for amd64'
variant old 's/go1\.26\.8/go1.17.8/'
expect_refusal 2 'goknot record: .*/old: it was built by go1.17.8: goknot knows the runtime of Go 1.23 to 1.27, .*'
variant new 's/go1\.26\.8/go1.99.8/'
expect_refusal 2 'goknot record: .*/new: it was built by go1.99.8: .*'
variant stripped 's/\.gopclntab/.nothingxx/'
expect_refusal 2 'goknot record: .*/stripped: it is stripped of more than strip takes: .gopclntab, .*'
head -c 100 "$seed" >cut_short
chmod +x cut_short
goknot record -- ./cut_short
expect_refusal 2 'goknot record: .*/cut_short: it is cut short.*'

seed=$root/tests/fuzz/corpus/recording/small
goknot list -trace nowhere
expect_refusal 2 'goknot list: .*nowhere.*'
goknot list -trace "$root/README.md"
expect_refusal 2 'goknot list: .*README.md: it is no recording: goknot record makes those'
head -c 700 "$seed" >cut.rec
goknot list -trace cut.rec
expect_refusal 2 'goknot list: cut.rec: the recording .*'
goknot list -g 1
expect_refusal 2 'goknot list: -g is a goroutine of a recording: it goes with -trace'
goknot list -trace "$seed" ./...
expect_refusal 2 'goknot list: -trace lists one recording, and no packages'

goknot list -trace "$seed"
expect_rc 0 "list -trace"
expect_out '# /bin/server, go1.26.8, process 7'
expect_out '# lost: 1 of 13 \(1 on cpu 1\); memory of the program that could not be read: 0 times'
expect_out '# not seen: lock \(sync.\(\*Mutex\).Lock\): the program has no such function'
expect_out ' *0.000100 +0 +0 +77 +G1  creates G18 main.worker  main.main  main.go:9'
expect_out ' *0.000220 +1 +1 +78 +G18  waits: chan receive  main.worker  main.go:20'
expect_out '# lost here: 1'
goknot list -g 18 -trace "$seed"
expect "only what is of goroutine 18" [ "$(grep -vc '^#' out)" -eq 8 ]
goknot list -json -trace "$seed"
holds() { jq -es "$1" out >/dev/null; }
expect "JSON, in order" holds 'length == 12 and (map(.seq) | . == sort) and .[3].kind == "recv" and .[3].object == "0xc000" and .[3].line == 20'

goknot export -format json "$seed"
expect_rc 0 "as JSON"
expect "a timeline" holds '.[0] | .goroutines[1].path == "main.worker" and .left_out == 1 and (.arrows | length) == 2 and
	([.events[] | select(.kind == "block")][0].op == "recv")'
goknot export -format perfetto "$seed"
expect_rc 0 "for Perfetto"
expect "times of waiting and running, in microseconds" holds '.[0].traceEvents | any(.[]; .cat == "waiting" and .name == "waits: chan receive" and
	.tid == 18 and .ts == 0.22 and (.dur - 0.19 | fabs) < 0.0001) and (map(select(.ph == "s")) | length) == 2 and
	any(.[]; .cat == "syscall" and .name == "system call write")'
goknot export -format shiviz "$seed"
expect_out 'G18 \{"G1":1,"G18":1\}'
goknot export -format dot "$seed"
expect_out '.*G18\\nmain.worker\\nended.*'
goknot export -format go "$seed"
expect_refusal 2 'goknot export: -format go is of a finding: a recording has no test to fail'
goknot export -format json cut.rec
expect_refusal 2 'goknot export: cut.rec: the recording .*'
goknot export -format perfetto -o /dev/full "$seed"
expect_refusal 3 'goknot export: -o /dev/full: cannot be written whole: .*'
done_testing
