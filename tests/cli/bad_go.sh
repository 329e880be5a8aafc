#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A Go toolchain that goknot cannot use is named, and so is the release or the function that is in the way.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

module m example.org/m
printf 'package m\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\n' >m/m_test.go
goroot=$("$GO" env GOROOT)

# A go command that does all the real one does, but answers `env -json` with one value changed.
go_claiming() { # directory, key, value
	mkdir -p "$1"
	cat >"$1/go" <<SH
#!/bin/sh
[ "\$*" = "env -json" ] || exec "$GO" "\$@"
"$GO" env -json | sed 's|"$2": "[^"]*"|"$2": "$3"|'
SH
	chmod +x "$1/go"
}

for release in go1.22.12 go1.28.1 "devel go1.29-abcdef"; do
	go_claiming old GOVERSION "$release"
	PATH=$work/old:$PATH goknot fuzz -C m -o campaign -quiet -fuzztime 1x
	expect_refusal 2 "goknot fuzz: $release is not supported: goknot knows the runtimes of Go 1\.23 to 1\.27"
done

go_claiming foreign GOHOSTARCH arm64
PATH=$work/foreign:$PATH goknot fuzz -C m -o campaign -quiet -fuzztime 1x
expect_refusal 2 'goknot fuzz: goknot runs on linux/amd64; this is linux/arm64'

for target in "windows amd64" "linux arm64"; do
	GOOS=${target% *} GOARCH=${target#* } goknot fuzz -C m -o campaign -quiet -fuzztime 1x
	expect_refusal 2 "goknot fuzz: goknot builds for linux/amd64; go env has GOOS=${target% *} GOARCH=${target#* }"
done

# A GOROOT whose scheduler has lost a function.
mkdir -p fake/src/internal
cp "$goroot/VERSION" fake/
cp -R "$goroot/src/runtime" "$goroot/src/sync" "$goroot/src/testing" "$goroot/src/time" fake/src/
cp -R "$goroot"/src/internal/[prs]* fake/src/internal/
go_claiming doctored GOROOT "$work/fake"
sed -i 's/^func findRunnable()/func findRunnables()/' fake/src/runtime/proc.go
PATH=$work/doctored:$PATH goknot fuzz -C m -o campaign -quiet -fuzztime 1x
expect_refusal 2 'goknot fuzz: .*\bfindRunnable\b in runtime/proc\.go.*'

rm fake/src/runtime/proc.go
PATH=$work/doctored:$PATH goknot fuzz -C m -o campaign -quiet -fuzztime 1x
expect_refusal 2 'goknot fuzz: .*proc\.go.*'

# goknot's own Go sources: of another commit, or none.
mkdir -p data/instrument
cp -r "$root/runtime-shim" data/
cp -r "$root/instrument/helper" data/instrument/
sed -i 's/^\(const knotAbiVersion = \).*/\11/' data/runtime-shim/runtime/knot_abi.go
GOKNOT_DATA=$work/data goknot fuzz -C m -o campaign -quiet -fuzztime 1x
expect_refusal 2 "goknot fuzz: $work/data: the Go sources are of another goknot than this one: run make, or make install"
GOKNOT_DATA=$work/data goknot doctor
expect_out '.*the Go sources are of another goknot than this one.*'
GOKNOT_DATA=$work/m goknot fuzz -C m -o campaign -quiet -fuzztime 1x
expect_refusal 2 "goknot fuzz: $work/m: goknot's Go sources are not there: run make install, or set GOKNOT_DATA"
done_testing
