#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# An overlay that the user gives in GOFLAGS is merged with goknot's own: its files are what is built and
# instrumented, whether they replace, add or remove.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cp -R "$root/seeds" seeds
mkdir overlay
# The fixed program with the buggy one's body laid over it is buggy; a test is added, another file removed.
cp seeds/abba/buggy/buggy.go overlay/buggy.go
printf 'package abba\n\nvar broken int = "no"\n' >seeds/abba/fixed/broken.go
cat >overlay/added_test.go <<'GO'
package abba

import "testing"

func TestAdded(t *testing.T) {
	c := make(chan int)
	go func() { c <- 1 }()
}
GO
package=$(sed -n 's/^package //p' seeds/abba/buggy/buggy.go)
sed -i "s/^package abba$/package $package/" overlay/added_test.go
jq -n --arg d "$work" '{Replace: {
	($d + "/seeds/abba/fixed/fixed.go"): ($d + "/overlay/buggy.go"),
	($d + "/seeds/abba/fixed/added_test.go"): ($d + "/overlay/added_test.go"),
	($d + "/seeds/abba/fixed/broken.go"): ""}}' >overlay.json
before=$(checksum seeds overlay)

goknot fuzz -C seeds -o without -quiet -fuzztime 100x ./abba/fixed
expect_rc 2 "without the overlay the module does not build"
for spelling in -overlay --overlay; do
	GOFLAGS="$spelling=$work/overlay.json" goknot fuzz -C seeds -o "campaign$spelling" -json -quiet -fuzztime 3s -seed 1 ./abba/fixed
	expect_rc 1 "with $spelling"
	expect "with $spelling: $(events finding 'map(.test + " " + .title)')" test "$(events finding 'map(.test) | sort |
		unique == ["TestABBA", "TestAdded"]')" = true
done
# Relative names are seen from where the go command runs; a setting with a blank in it is quoted.
mkdir "seeds/over lay"
jq -n '{Replace: {
	"./abba/fixed/fixed.go": "../overlay/buggy.go",
	"abba/fixed/added_test.go": "../overlay/../overlay/added_test.go",
	"abba/fixed/broken.go": ""}}' >"seeds/over lay/o.json"
before=$(checksum seeds overlay)
GOFLAGS="'-overlay=over lay/o.json'" goknot fuzz -C seeds -o relative -json -quiet -fuzztime 3s -seed 1 ./abba/fixed
expect_rc 1 "with relative names"
expect "with relative names: $(events finding 'map(.test + " " + .title)')" \
	test "$(events finding 'map(.test) | sort | unique == ["TestABBA", "TestAdded"]')" = true
expect "sites lie in the file that the overlay replaces: $(events finding 'map(.title)')" \
	test "$(events finding 'map(select(.test == "TestABBA"))[0].title | test("(fixed|buggy)\\.go:25")')" = true
expect "the module or the overlay was changed" test "$before" = "$(checksum seeds overlay)"
done_testing
