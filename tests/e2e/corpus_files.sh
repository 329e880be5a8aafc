#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The chains of a campaign as files: what is written to corpus/, what is taken from there by another campaign and
# by one that runs, and what becomes of files that are none.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cp -R "$root/seeds" module
cd module

imported() { sed -n 's/^corpus_imported *: //p' "$1/fuzzer_stats"; }
files() { find "$1/corpus" -name '*.corpus' | wc -l; }

goknot fuzz -o first -seed 1 -fuzztime 3s ./deepchain/... ./statusmanager/...
expect_rc 1 "a campaign over two programs with bugs"
expect "chains are there as files: $(files first)" test "$(files first)" -ge 5
for f in first/corpus/*.corpus; do
	expect "$f is named by content" test "end $(basename "$f" .corpus)" = "$(tail -1 "$f")"
	expect "$f is a corpus file" grep -q '^goknot corpus 1$' "$f"
done
expect "nothing else lies there: $(ls -A first/corpus)" test "$(find first/corpus -mindepth 1 | wc -l)" = "$(files first)"
expect "its own files are not imported" test "$(imported first)" = 0

mkdir -p second
cp -R first/corpus second/corpus
goknot fuzz -o second -seed 2 -fuzztime 3s ./deepchain/...
expect_rc 1 "a campaign that starts with chains of another"
expect "it takes up those of its tests: $(imported second)" test "$(imported second)" -ge 2
expect "and leaves those of other tests alone: $(imported second)" \
	test "$(imported second)" -le "$(grep -l '^target: .*/deepchain/' first/corpus/*.corpus | wc -l)"
before=$(imported second)
cp -R first/corpus second/
goknot fuzz -o second -seed 3 -fuzztime 2s ./deepchain/...
expect_rc 1 "the same files again"
expect "copying them twice changes nothing: $(imported second)" test "$(imported second)" = "$before"

# A campaign that runs takes up what appears, and sets aside by name what is rubbish, once nobody writes it any more.
mkdir -p third/corpus
echo 'no corpus file' >"third/corpus/old.corpus"
touch -d '1 minute ago' third/corpus/old.corpus
head -c 40 "$(find first/corpus -name '*.corpus' | head -1)" >third/corpus/cut.corpus
sed 's/^goknot corpus 1$/goknot corpus 99/' "$(find first/corpus -name '*.corpus' | head -1)" >third/corpus/newer.corpus
touch -d '1 minute ago' third/corpus/newer.corpus
echo 'hidden' >third/corpus/.half-written
echo 'of no interest' >third/corpus/README
mkdir third/corpus/directory.corpus
(
	sleep 4
	cp first/corpus/*.corpus third/corpus/
) &
goknot fuzz -o third -seed 4 -fuzztime 16s ./deepchain/...
wait
expect_rc 1 "files that appear while it runs"
expect "they are taken up: $(imported third)" test "$(imported third)" -ge 1
expect_out 'fuzz: .*/third/corpus/old\.corpus is no corpus file \(.*\) and was set aside as one that ends in \.rubbish'
expect_out 'fuzz: .*/third/corpus/cut\.corpus is no corpus file \(.*\) and was set aside as one that ends in \.rubbish'
expect_out 'fuzz: .*/third/corpus/newer\.corpus is no corpus file \(.*99.*\) and was set aside as one that ends in \.rubbish'
expect "rubbish has another name now" test -e third/corpus/old.corpus.rubbish -a ! -e third/corpus/old.corpus
expect "what is no file with that ending is left alone" \
	test -e third/corpus/.half-written -a -e third/corpus/README -a -d third/corpus/directory.corpus
expect "each is told of once" test "$(grep -c 'old\.corpus' "$work/out")" = 1

# Names and contents may come from anywhere.
mkdir -p fourth/corpus
printf 'x' >"$(printf 'fourth/corpus/\033[31m.corpus')"
touch -d '1 minute ago' fourth/corpus/*.corpus
goknot fuzz -o fourth -seed 4 -fuzztime 100x ./abba/fixed
expect_rc 0 "a hostile name"
expect "it is shown harmlessly" grep -aq 'corpus/\\x1b\[31m\.corpus is no corpus file' "$work/out"

# Without mutation chains are of no use.
mkdir -p fifth
cp -R first/corpus fifth/corpus
goknot fuzz -o fifth -seed 5 -mutate=false -fuzztime 1s ./deepchain/fixed
expect_rc 0 "a campaign without chains"
expect "nothing is taken up" test "$(imported fifth)" = 0

done_testing
