#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What is built hangs on tags, GOFLAGS, GOEXPERIMENT, -race, vendoring, go.work and replace directives just as with
# go test: under each setting both run the same tests, one for each setting, and they pass.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/goproxy.sh
. "$root/tests/lib/goproxy.sh"
on_exit+=("chmod -R u+w '$GOMODCACHE'")

# The dependency tells which of its forms it is.
form() { # directory, word
	mkdir -p "$1"
	printf 'package dep\n\nimport "sync/atomic"\n\nconst Form = "%s"\n\nvar N atomic.Int32\n\nfunc Inc() { v := N.Load(); N.Store(v + 1) }\n' "$2" >"$1/dep.go"
	printf 'module example.org/dep\n\ngo 1.20\n' >"$1/go.mod"
}
form cached cached && publish cached example.org/dep v1.0.0
form local local
form work work

module m example.org/m
echo 'require example.org/dep v1.0.0' >>m/go.mod
cat >m/m_test.go <<'GO'
package m

import (
	"os"
	"testing"

	"example.org/dep"
)

func TestForm(t *testing.T) {
	if dep.Form != os.Getenv("FORM") {
		t.Error(dep.Form)
	}
	done := make(chan bool)
	go func() { done <- true }()
	<-done
}
GO
for tag in one two race goexperiment.arenas cgo; do
	name=$(printf '%s' "${tag##*.}" | sed 's/^./\U&/')
	printf '//go:build %s\n\npackage m\n\nimport "testing"\n\nfunc TestIs%s(t *testing.T) {}\n' "$tag" "$name" >"m/${tag##*.}_is_test.go"
	printf '//go:build !%s\n\npackage m\n\nimport "testing"\n\nfunc TestNot%s(t *testing.T) {}\n' "$tag" "$name" >"m/${tag##*.}_not_test.go"
done
(cd m && "$GO" mod tidy 2>"$work/err") || failed "go mod tidy: $(cat err)"

# same WHAT TEST FLAGS...: go test and goknot with the flags run the same tests, among them this one.
same() {
	local what=$1 wanted=$2
	shift 2
	(cd m && "$GO" test -vet=off -v "$@" . 2>&1) >stock || failed "$what: go test: $(tail -n 3 stock)"
	sed -n 's/^--- PASS: \(Test[A-Za-z]*\).*/\1/p' stock | sort >wanted
	goknot fuzz -C m -o campaign -json -quiet -fuzztime 30x -seed 1 "$@" -deps example.org/dep .
	expect_rc 0 "$what"
	expect "$what: $(grep -a listed out)" test "$(grep -ac '"event":"listed"' out)" -eq 0
	goknot status -json campaign
	events target 'map(select(.runs > 0).test) | .[]' | sort >got
	expect "$what: go test runs $(tr '\n' ' ' <wanted), goknot $(tr '\n' ' ' <got)" diff wanted got
	expect "$what: $wanted is not among them" grep -qx "$wanted" got
	expect "$what: no hooks in the dependency" grep -q '"pkg":"example.org/dep".*"op":"atomic' campaign/build/sites.json
	chmod -R u+w campaign && rm -rf campaign
}
export FORM=cached
same "no setting" TestNotOne
same "-tags" TestIsOne -tags one,two
GOFLAGS=-tags=two same "-tags in GOFLAGS" TestIsTwo
GOFLAGS=-tags=two same "-tags on the command line before those in GOFLAGS" TestNotTwo -tags one
GOEXPERIMENT=arenas same "GOEXPERIMENT" TestIsArenas
CGO_ENABLED=0 same "without cgo" TestNotCgo
if goknot fuzz -C m -o probe -quiet -fuzztime 1x -race . && [ "$rc" -ne 2 ]; then
	same "-race" TestIsRace -race
else
	skip "-race" "$(cat err)"
fi

cp m/go.mod kept.mod
echo 'replace example.org/dep => ../local' >>m/go.mod
FORM=local same "replace" TestForm
cp kept.mod m/go.mod
printf 'go 1.23\n\nuse (\n\t./m\n\t./work\n)\n' >go.work
FORM=work same "go.work" TestForm
GOWORK=off same "GOWORK=off" TestForm
rm go.work
(cd m && "$GO" mod vendor)
sed -i 's/"cached"/"vendored"/' m/vendor/example.org/dep/dep.go
FORM=vendored same "vendor" TestForm
GOFLAGS=-mod=mod same "vendor, but -mod=mod" TestForm
done_testing
