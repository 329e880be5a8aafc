#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a start finds done is not done again, and what it finds broken is.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module start example.org/start
mkdir start/a start/b
for p in a b; do
	cat >"start/$p/x_test.go" <<GO
package $p

import "testing"

func TestX(t *testing.T) {
	c := make(chan int, 1)
	c <- 1
	<-c
}
GO
done

# Writes down what the go command is asked for.
real=${GOKNOT_GO:-$(command -v go)}
cat >go <<SH
#!/bin/sh
echo "\$1" >>"$work/calls"
exec "$real" "\$@"
SH
chmod +x go
export GOKNOT_GO=$work/go

start() { # what; the tables of sites and tests, and the rewritten files, are to be those of the first start
	rm -f calls
	goknot fuzz -C start -o campaign -json -quiet -fuzztime 1x ./...
	expect_rc 0 "$1"
	(cd campaign/build && cat sites.json tests.json && find src -name '*.go' | sort | xargs cat) >tables
	[ -e first ] || cp tables first
	expect "$1: the same is built" cmp tables first
}
calls() { tr '\n' ' ' <calls; }

start 'the first start'
expect "the helper is built: $(calls)" test "$(calls)" = 'env build list test '
start 'the second start'
expect "nothing but the tests: $(calls)" test "$(calls)" = 'env list test '
printf x >>campaign/build/helper
start 'a helper that is not what was built'
expect "the go command looks at it: $(calls)" test "$(calls)" = 'env build list test '
rm campaign/build/helper
start 'no helper'
expect "it is built: $(calls)" test "$(calls)" = 'env build list test '
echo noise >campaign/build/helper
start 'a helper that is no program'
expect "it is built: $(calls)" test "$(calls)" = 'env build list test '
chmod a-x campaign/build/helper
start 'a helper that cannot be run'
expect "it is built: $(calls)" test "$(calls)" = 'env build list test '
mv campaign/build/helper helper
mkdir campaign/build/helper
goknot fuzz -C start -o campaign -quiet -fuzztime 1x ./...
expect_refusal 2 "goknot fuzz: .*/campaign/build/helper: goknot's helper is to be built there, and what is there cannot be removed \\(Is a directory\\): remove it, or take another campaign directory \\(-o\\)"
rmdir campaign/build/helper
mv helper campaign/build/helper
truncate -s 100 campaign/build/packages.cache
start 'a cut cache'
echo noise >campaign/build/packages.cache
start 'a cache that is none'
find campaign/build/src -name '*.go' -exec truncate -s 10 {} +
start 'cut files'

sed -i 's/c <- 1/c <- 2; c <- <-c/' start/b/x_test.go
rm first
start 'a changed package'
expect 'its sites are new' test "$(jq '[.sites[] | select(.pkg == "example.org/start/b")] | length' campaign/build/sites.json)" = 4
rm -r campaign/build/packages.cache campaign/build/src
start 'all anew'
done_testing
