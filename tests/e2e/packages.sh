#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Packages are built by one go command where their names allow it: those of one name do not meet, and one that does not
# build takes no other with it.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module many example.org/many
for d in a/x b/x x x/v2 x/v2/x; do
	mkdir -p "many/$d"
	printf 'package x\n\nimport "testing"\n\nfunc TestIt(t *testing.T) { t.Log("%s") }\n' "$d" >"many/$d/x_test.go"
done
mkdir many/broken
printf 'package broken\n\nimport "testing"\n\nfunc TestIt(t *testing.T) { undefined() }\n' >many/broken/x_test.go

goknot fuzz -C many -o campaign -json -quiet -fuzztime 20x ./...
expect_rc 0 "packages of one name"
expect "the broken one is told: $(cat out err)" grep -q 'example.org/many/broken does not build.*undefined: undefined' out err
expect "the others run: $(cat out)" test "$(events summary '.[0] | "\(.targets) \(.set_aside) \(.listed)"')" = "5 0 0"
goknot status -json campaign
expect "each by itself: $(cat out)" test "$(events target 'map(select(.runs > 0) | .package) | sort | join(" ")')" = \
	"example.org/many/a/x example.org/many/b/x example.org/many/x example.org/many/x/v2 example.org/many/x/v2/x"
expect "a test binary each" test "$(cd campaign/build/bin && readlink -e -- *.test | sort -u | wc -l)" -eq 5

# Where all is up to date the go commands run side by side; what fails in one of them is told, and takes no other with it.
rm -r many/broken
real=${GOKNOT_GO:-$(command -v go)}
cat >go <<SH
#!/bin/sh
[ "\$1" != test ] || echo begin >>"$work/calls"
"$real" "\$@"
rc=\$?
[ "\$1" != test ] || echo end >>"$work/calls"
exit \$rc
SH
chmod +x go
export GOKNOT_GO=$work/go
goknot fuzz -C many -o campaign -json -quiet -fuzztime 20x ./...
expect_rc 0 "packages of one name again"
expect "all run: $(cat out)" test "$(events summary '.[0].targets')" = 5
expect "a command for each of one name: $(cat calls)" test "$(grep -c begin calls)" -eq 5
[ "$(nproc)" -lt 2 ] || expect "they run side by side: $(cat calls)" test "$(head -n 2 calls | tr '\n' ' ')" = 'begin begin '
sed -i 's/t.Log/undefined/' many/b/x/x_test.go
goknot fuzz -C many -o campaign -json -quiet -fuzztime 20x ./...
expect_rc 0 "one that does not build any more"
expect "it is told: $(cat out err)" grep -q 'example.org/many/b/x does not build.*undefined: undefined' out err
expect "the others run: $(cat out)" test "$(events summary '.[0].targets')" = 4
# A campaign inside the module: what lies there is no package of it, neither of goknot nor of the go command.
module inside example.org/inside
mkdir inside/p
printf 'package p\n\nimport (\n\t"sync"\n\t"testing"\n)\n\nfunc TestIt(t *testing.T) { new(sync.Mutex).Lock() }\n' >inside/p/p_test.go
for o in campaign ./deep/er .; do
	for _ in 1 2; do
		(cd inside && "$GOKNOT" fuzz -o "$o" -json -quiet -fuzztime 20x ./...) >out 2>err || failed "a campaign in $o: $(cat err)"
		expect "one package with a campaign in $o" test "$(events summary '.[0].targets')" = 1
	done
	expect "go list" test "$(cd inside && "$GO" list ./... 2>&1)" = example.org/inside/p
	expect "go vet" test -z "$(cd inside && "$GO" vet ./... 2>&1)"
	(cd inside && "$GOKNOT" clean -all "$o") >out || failed "clean $o"
	expect "nothing is left in $o" test ! -e "inside/$o/build"
done
done_testing
