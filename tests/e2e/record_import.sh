#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A recording of a server becomes chains for its package's test: what production has shown is tried first, and finds the bug.
# shellcheck source=tests/lib/common.sh
. "$(cd "$(dirname "$0")/../.." && pwd)/tests/lib/common.sh"

cp -R "$root/scripts/bench/import" module
cp -R module elsewhere
(cd elsewhere && "$GO" build -trimpath -ldflags='-s -w' -o ../server .)
cd module

goknot record -o late.rec -- ../server -late -pages 20
if [ "$rc" -eq 2 ] && grep -q 'missing\|refuse\|no bpf' "$work/err"; then
	skip "goknot corpus import of a recording" "$(cat "$work/err")"
	done_testing
fi
expect_rc 0 "the server is recorded"

# The places of the tests have to be known.
goknot corpus import camp late.rec
expect_refusal 2 'goknot corpus: camp does not know the places of its tests yet: goknot fuzz -o camp -fuzztime 100x, .* has to come before .*'
expect "nothing is made" test ! -e camp
goknot fuzz -o camp -seed 99 -parallel 1 -fuzztime 2x ./slots
expect_rc 0 "two runs"
cp -R camp blank

# Mapped by package, file and line, although the program was built elsewhere, with -trimpath and without symbols.
goknot corpus import -json camp late.rec
expect_rc 0 "import"
number() { events recording ".[0].$1"; }
expect "operations stand at places of the test: $(number mapped)" test "$(number mapped)" -ge 60
expect "what net/http does is elsewhere: $(number elsewhere)" test "$(number elsewhere)" -ge 100
expect "every operation is accounted for" test "$(number operations)" = \
	$(($(number mapped) + $(number unplaced) + $(number elsewhere) + $(number no_site) + $(number several) + $(number no_order)))
expect "all in the package have their place" test "$(number no_site) $(number several)" = "0 0"
written=$(number written)
expect "chains for the one test: $written" test "$(number tests)" = 1 -a "$written" -ge 10 -a "$written" = "$(number chains)"
file=$(grep -l '^origin: recording$' camp/corpus/*.corpus)
expect "in one file that says where they are from" test "$(grep -c '^chain: [2-4]$' "$file")" = "$written"
expect "by goroutines of the test" grep -Eq '^  recv [0-9a-f]{8} 0*[1-9a-f][0-9a-f]*$' "$file"
goknot corpus import camp late.rec
expect_out "    for 1 test: 0 new, $written known"

# Tried first, and so the bug is there. Which run it takes is for the seed to say.
first=0
for seed in 1 2 3; do
	cp -R camp "camp$seed"
	goknot fuzz -o "camp$seed" -seed $seed -parallel 1 -first -fuzztime 250x -json ./slots
	runs=$(events summary '.[0].runs')
	chained=$(events summary '.[0].chain_runs')
	# But for the one that comes before everything, each of the first runs was one of such a chain.
	least=$((runs < 50 ? runs - 1 : 49))
	expect "seed $seed: the chains come first: $chained of $runs runs" test "$chained" -ge "$least"
	expect "seed $seed: and were executed: $(events summary '.[0].chain_all')" test "$(events summary '.[0].chain_all')" -ge $((least / 2))
	expect "seed $seed: all are taken up" grep -q "^corpus_recorded   : $written\$" "camp$seed/fuzzer_stats"
	if [ "$rc" -eq 1 ] && [ "$runs" -le 150 ]; then first=$((first + 1)); fi
done
expect "found within 150 runs by two of three seeds: $first" test "$first" -ge 2
goknot status -json camp3
expect "status counts them" test "$(events status '.[0].recorded')" = "$written"

# Their file goes from campaign to campaign as it is.
goknot corpus import blank "$file"
expect_rc 0 "import of the chains' file"
expect "with its origin" cmp -s "$file" "blank/corpus/$(basename "$file")"

# What gives nothing.
mkdir ../other && cd ../other
printf 'module example.org/other\n\ngo 1.23\n' >go.mod
printf 'package main\n\nfunc main() {\n\tc := make(chan int)\n\tgo func() { c <- 1 }()\n\t<-c\n}\n' >main.go
"$GO" build -o other .
goknot record -o other.rec -- ./other
goknot corpus import ../module/camp other.rec
expect_refusal 2 'goknot corpus: other\.rec gives no chain: none of its operations stands at a place of the tests of .*'
head -c 3000 ../module/late.rec >cut.rec
goknot corpus import ../module/camp cut.rec
expect_rc 2 "a recording that was cut short"
expect_err 'goknot corpus: cut\.rec is no .* \(.*no end.*\) and was passed over'

done_testing
