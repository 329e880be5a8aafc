#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# replay of a file that cannot be replayed says why in one sentence, with exit code 2; when the bug is gone it
# says so with exit code 0.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cp -R "$root/seeds" seeds
goknot fuzz -C seeds -o campaign -quiet -first -fuzztime 1000x -parallel 1 -seed 1 ./abba/buggy
expect_rc 1 "making a crash file"
crash=$(echo "$work"/campaign/crashes/*.crash)

replay() { # file
	goknot replay -C seeds -o campaign "$@"
}

replay none.crash
expect_refusal 2 'goknot replay: none\.crash: No such file or directory|goknot replay: .*none\.crash.*'
replay seeds
expect_refusal 2 'goknot replay: .*seeds.*'
: >empty.crash
replay empty.crash
expect_refusal 2 'goknot replay: empty\.crash: .*'
head -c 4096 /dev/urandom >noise.crash
replay noise.crash
expect_refusal 2 'goknot replay: noise\.crash: not a goknot crash file.*|goknot replay: noise\.crash: .*'
expect "an escape sequence reaches the terminal" test "$(tr -d '\n\040-\176' <err | wc -c)" -eq 0

# Cut short anywhere: in a line, between lines, before the checksum. A cut file is never replayed.
lines=$(wc -l <"$crash")
for n in 1 2 10 $((lines / 2)) $((lines - 1)); do
	head -n "$n" "$crash" >cut.crash
	replay cut.crash
	expect_refusal 2 'goknot replay: cut\.crash: .*(cut short|ends).*'
done
head -c -1 "$crash" >cut.crash
replay cut.crash
expect_refusal 2 'goknot replay: cut\.crash: .*'
head -c 300 "$crash" >cut.crash
replay cut.crash
expect_refusal 2 'goknot replay: cut\.crash: .*(cut short|ends).*'

sed 's/^steps: .*/steps: 7/' "$crash" >changed.crash
replay changed.crash
expect_refusal 2 'goknot replay: changed\.crash: .*was changed after it was written.*'

sed '1s/.*/goknot crash 99/' "$crash" >newer.crash
replay newer.crash
expect_refusal 2 'goknot replay: newer\.crash: .*newer goknot.*'
sed '1s/.*/goknot corpus 1/' "$crash" >kind.crash
replay kind.crash
expect_refusal 2 'goknot replay: kind\.crash: .*'

# The module is found from where the file lies, or named; another module is not taken for it.
module other example.org/other
goknot replay -C other -o campaign "$crash"
expect_rc 2 "a crash file of another module"
cd other
cp "$crash" .
goknot replay -o "$work/campaign" "$(basename "$crash")"
expect_refusal 2 'goknot replay: .* module goknot\.example/seeds, .*'
cd ..

sed -i 's/TestABBA/TestOther/' seeds/abba/buggy/buggy_test.go
replay "$crash"
expect_refusal 2 'goknot replay: .*TestABBA of goknot\.example/seeds/abba/buggy is not there any more.*'
rm -r seeds/abba/buggy
replay "$crash"
expect_rc 2 "the package is gone"
expect "the package that is gone is not named" grep -q abba/buggy err
cp -R "$root/seeds/abba/buggy" seeds/abba/
printf 'func (\n' >>seeds/abba/buggy/buggy.go
replay "$crash"
expect_rc 2 "the package does not compile"
expect "the compiler's words are lost" grep -q 'buggy\.go:[0-9]' err

# The bug is gone.
cp "$root"/seeds/abba/fixed/fixed.go seeds/abba/buggy/buggy.go
cp "$root"/seeds/abba/fixed/fixed_test.go seeds/abba/buggy/buggy_test.go
replay -quiet "$crash"
expect "the fixed program: exit code $rc" test "$rc" -eq 0 -o "$rc" -eq 4
expect "the fixed program: $(cat out)" grep -q '0 of 1 reproduced' out
done_testing
