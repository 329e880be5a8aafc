#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A wrong command line gets one sentence on standard error, nothing on standard output, and exit code 2.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failures=0

refuses() { # message, arguments...
	local want=$1 rc=0
	shift
	"$GOKNOT" "$@" >out 2>err || rc=$?
	printf '%s\n' "$want" >want
	if [ "$rc" -ne 2 ] || [ -s out ] || ! cmp -s err want; then
		echo "usage: goknot $* gave exit code $rc, standard error:"
		diff want err || true
		cat out
		failures=$((failures + 1))
	fi
}

refuses 'goknot: unknown command "fuz"; the nearest is fuzz' fuz
refuses 'goknot: unknown command "repaly"; the nearest is replay' repaly x
refuses 'goknot: unknown command "shrink"; goknot help lists the commands' shrink
refuses 'goknot: unknown command "-x"; goknot help lists the commands' -x
refuses 'goknot: unknown command "\x1b[2J"; goknot help lists the commands' $'\e[2J'
refuses 'goknot help: no page for "fuz"; the nearest is fuzz' help fuz
refuses 'goknot help: wants one command, got 2 words' help fuzz list
refuses 'goknot version: takes no "-x"' version -x

refuses 'goknot fuzz: no flag -fuztime; the nearest is -fuzztime' fuzz -fuztime 3s
refuses 'goknot fuzz: -fuzztime wants a duration (30s, 8h) or a count (1000x), not "abc"' fuzz -fuzztime abc
refuses 'goknot fuzz: -fuzztime wants a value' fuzz -fuzztime
refuses 'goknot fuzz: -parallel wants a number from 1 to 1024, not "0"' fuzz -parallel=0
refuses 'goknot fuzz: -mutate wants true or false, not "x"' fuzz --mutate=x
refuses 'goknot fuzz: -policy wants fifo, random, pct, pos, rpos, surw, delay, gopie or none, not "best"' fuzz -policy best
refuses 'goknot fuzz: -policy pct is for controlled schedules: with -sched native the Go runtime itself schedules' \
	fuzz -sched native -policy pct
refuses 'goknot fuzz: -policy none leaves everything to the Go runtime: it goes with -sched native only' \
	fuzz -policy none
refuses 'goknot fuzz: -policy gopie makes chains of what runs show: it does not go with -feedback none' \
	fuzz -policy gopie -feedback none
refuses 'goknot fuzz: -policy gopie makes chains of what runs show: it does not go with -mutate=false' \
	fuzz -sched native -policy gopie -mutate=false
refuses 'goknot fuzz: -depth wants a number from 1 to 256, not "257"' fuzz -policy pct -depth 257
refuses 'goknot fuzz: -depth is the depth of -policy pct or the delays of -policy delay: it goes with one of them' \
	fuzz -policy pos -depth 3
refuses 'goknot fuzz: -sched wants controlled or native, not "stock"' fuzz -sched stock
refuses 'goknot fuzz: -feedback wants auto, ring, ebpf or none, not "bpf"' fuzz -feedback bpf
refuses 'goknot replay: wants one crash file, got 0 words' replay
refuses 'goknot replay: -n wants a number from 1 to 1000000, not "0"' replay -n 0 x
refuses 'goknot replay: -dlv wants a number from 1 to 4294967295, not "0"' replay -dlv=0 x
refuses 'goknot replay: -dlv wants a number from 1 to 4294967295, not "last"' replay -dlv=last x
refuses 'goknot replay: -dlv is one run in a debugger: it does not go with -n' replay -dlv -n 2 x
refuses 'goknot replay: -dlv is one run in a debugger: it does not go with -json' replay -dlv=3 -json x
refuses 'goknot replay: -dlv is one run in a debugger: it does not go with -bisect' replay -bisect -dlv x
refuses 'goknot doctor: takes flags only, got 1 words' doctor here
refuses 'goknot doctor: no flag -jsno; the nearest is -json' doctor -jsno
refuses "goknot doctor: $work/none: No such file or directory" doctor -C "$work/none"
refuses 'goknot clean: no flag -al; the nearest is -all' clean -al
refuses 'goknot clean: wants one campaign directory, got 2 words' clean a b
refuses 'goknot clean: .goknot is not a campaign directory: it has no goknot.db' clean
refuses 'goknot list: no flag -site; the nearest is -sites' list -site

# No command line may leave anything behind.
rm -f out err want
[ -z "$(ls -A)" ] || { echo "usage: left behind: $(ls -A)"; failures=$((failures + 1)); }

"$GOKNOT" version | grep -Eqx 'goknot [0-9.]+ linux/amd64, for Go 1\.[0-9]+ to 1\.[0-9]+' ||
	{ echo "usage: version"; failures=$((failures + 1)); }
[ "$("$GOKNOT" version)" = "$("$GOKNOT" -version)" ] || { echo "usage: -version"; failures=$((failures + 1)); }
rc=0
"$GOKNOT" help fuzz >/dev/full 2>"$work/full" || rc=$?
if [ "$rc" -ne 3 ] || ! grep -qx 'goknot: cannot write to standard output: No space left on device' "$work/full"; then
	echo "usage: /dev/full gave exit code $rc: $(cat "$work/full")"
	failures=$((failures + 1))
fi
[ "$failures" -eq 0 ]
