#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot corpus on campaigns: what min drops stays away and what it keeps covers as much; chains go from one campaign
# to another by export and import, and by rsync in both directions.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cp -R "$root/seeds" module
cd module

files() { find "$1" -maxdepth 1 -name '*.corpus' -printf '%f\n' | sort; }
number() { events corpus ".[0].$1"; }
corpus() { goknot status -json "$1" && events status '.[0].corpus'; }
# By all sessions.
imported() { sed -n 's/^corpus_imported *: //p' "$1/fuzzer_stats"; }
fuzz() { # campaign, seed, time, packages...
	local campaign=$1 seed=$2 time=$3
	shift 3
	goknot fuzz -o "$campaign" -seed "$seed" -parallel 1 -fuzztime "$time" "$@"
}

fuzz first 1 4s ./deepchain/... ./statusmanager/...
expect_rc 1 "a campaign over two programs with bugs"
before=$(corpus first)
expect "it keeps chains: $before" test "$before" -ge 10

# Out: all of them, named by content, as the campaign names its own.
goknot corpus export first out
expect_rc 0 "export"
expect_out "exported $before chains of [0-9]+ tests: $before files written, 0 there already"
expect "a file for each chain" test "$(files out | wc -l)" = "$before"
goknot corpus export -json first out
expect "again: nothing to do" test "$(number written) $(number there)" = "0 $before"
expect "corpus/ is a part of it" test -z "$(comm -23 <(files first/corpus) <(files out))"

# Fewer.
cp -R first twin
goknot corpus min -json first
expect_rc 0 "min"
kept=$(number kept)
dropped=$(number dropped)
expect "some are dropped, not all: $kept of $before" test "$kept" -ge 2 -a "$dropped" -ge 1 -a $((kept + dropped)) = "$before"
expect "files of the dropped ones are gone: $(number files_removed)" test "$(number files_removed)" -ge 1
expect "the database has as many" test "$(corpus first)" = "$kept"
goknot corpus export first kept
expect "files are left only of chains that are kept" test -z "$(comm -23 <(files first/corpus) <(files kept))"
goknot corpus min -json twin
goknot corpus export twin kept-too
expect "the same corpus gives the same result" test "$(files kept)" = "$(files kept-too)"
goknot corpus min -json first
expect "a second time there is nothing to drop" test "$(number kept) $(number dropped) $(number files_removed)" = "$kept 0 0"

# What was dropped comes back as files, and stays out all the same.
comm -23 <(files out) <(files kept) >dropped-files
while read -r f; do cp "out/$f" first/corpus/; done <dropped-files
fuzz first 2 2s ./deepchain/... ./statusmanager/...
expect_rc 1 "the campaign goes on"
expect "dropped chains are not taken up from files: $(imported first)" test "$(imported first)" = 0
goknot corpus export first after
expect "nor found again" test -z "$(comm -12 dropped-files <(files after))"
goknot corpus import -json first out
expect_rc 0 "import of everything"
expect "what was dropped stays out: $(number stay_out) of $dropped" test "$(number stay_out)" = "$dropped"
goknot corpus min -json first
expect "their files go with the next min" test -z "$(comm -12 dropped-files <(files first/corpus))"

# Into another campaign of the same tests, which takes up all that it does not know.
goknot corpus import second out
expect_rc 0 "import into a campaign that is yet to begin"
expect_out "imported $before of $before chains, 0 there already"
fuzz second 3 2s ./deepchain/... ./statusmanager/...
expect_rc 1 "a campaign with imported chains"
expect "it takes them up: $(imported second) of $before" test "$(imported second)" = "$before"

# In use.
(
	sleep 3
	busy=0
	"$GOKNOT" corpus min second >"$work/busy.out" 2>"$work/busy.err" || busy=$?
	"$GOKNOT" corpus export second "$work/running" >>"$work/busy.out" 2>&1 && echo "$busy 0" >"$work/busy.rc"
) &
fuzz second 4 6s ./deepchain/... ./statusmanager/...
wait
expect "min is refused while a campaign runs, export is not" test "$(cat "$work/busy.rc")" = "2 0"
expect "and says so in one sentence" grep -q '^goknot corpus: .*second' "$work/busy.err"

# As a user would, where there is one: cp misses nothing that matters here.
copy() { # from, to
	if command -v rsync >/dev/null; then
		rsync -a "$1/corpus/" "$2/corpus/"
	else
		cp -Rp "$1/corpus/." "$2/corpus/"
	fi
}

# Two machines: rsync both ways, and both have what either had.
fuzz east 11 3s ./deepchain/...
fuzz west 12 3s ./deepchain/...
files east/corpus >east-files
files west/corpus >west-files
expect "each found some of its own" test -n "$(comm -23 east-files west-files)" -a -n "$(comm -13 east-files west-files)"
copy east west
copy west east
expect "both directories are alike" test "$(files east/corpus)" = "$(files west/corpus)"
fuzz east 13 2s ./deepchain/...
fuzz west 14 2s ./deepchain/...
expect "east takes up what west knew: $(imported east)" test "$(imported east)" -ge 1
expect "west takes up what east knew: $(imported west)" test "$(imported west)" -ge 1
expect "no more than what was new to it" test "$(imported east)" -le "$(comm -13 east-files west-files | wc -l)"
copy east west
copy west east
fuzz east 15 100x ./deepchain/...
copy east west
known=$(imported east)
fuzz east 16 100x ./deepchain/...
expect "what it has is not taken up again" test "$(imported east)" = "$known"
# One side makes its corpus smaller: the other side's copies do not bring it back.
goknot corpus min -json east
gone=$(number dropped)
left=$(number kept)
copy west east
fuzz east 17 100x ./deepchain/...
expect "what min dropped does not come back by rsync: $gone dropped" test "$(imported east)" = "$known" -a "$gone" -ge 1
expect "the corpus stays small: $(corpus east), $left kept" test "$(corpus east)" -le $((left + 20))

done_testing
