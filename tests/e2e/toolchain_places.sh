#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Toolchains that lie elsewhere than go.dev's archive puts them: with its sources behind a link, as Debian's
# packages have it, and in the module cache, where GOTOOLCHAIN and the toolchain line of a go.mod put what they
# fetch and where the go command refuses overlays.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

cp -R "$root/seeds" seeds
goroot=$(GOTOOLCHAIN=local "$GO" env GOROOT)
version=$(GOTOOLCHAIN=local "$GO" env GOVERSION)

# Finds the same bug, replays it and leaves the toolchain alone.
finds_and_replays() { # what, GOROOT whose sources are to stay as they are, version
	local before crash
	before=$(checksum "$2/src/runtime" "$2/src/sync" "$2/src/testing" "$2/src/structs")
	goknot fuzz -C seeds -o campaign -json -quiet -first -fuzztime 10000x -parallel 1 -seed 1 ./statusmanager/buggy
	expect_rc 1 "$1: fuzzing"
	crash=$(events finding '.[0].crash_file')
	expect "$1: crash file of another release" grep -qx "go: $3" "$crash"
	goknot replay -C seeds -o campaign -json -n 2 "$crash"
	expect_rc 1 "$1: replay"
	expect "$1: $(cat out)" test "$(events replay '.[0] | .reproduced == 2 and .same_hash == 2')" = true
	expect "$1: GOROOT was changed" test "$before" = \
		"$(checksum "$2/src/runtime" "$2/src/sync" "$2/src/testing" "$2/src/structs")"
	chmod -R u+w campaign && rm -rf campaign
}

# As Debian: /usr/lib/go-1.x has the programs, and links to /usr/share/go-1.x.
mkdir -p debian/bin
cp "$goroot/bin/go" debian/bin/
for part in VERSION go.env pkg src; do
	[ ! -e "$goroot/$part" ] || ln -s "$goroot/$part" "debian/$part"
done
GOTOOLCHAIN=local GOKNOT_GO=$work/debian/bin/go finds_and_replays "sources behind a link" "$goroot" "$version"

# In the module cache, named outright.
place=$work/mod/golang.org/toolchain@v0.0.1-$version.linux-amd64
mkdir -p "${place%/*}"
cp -al "$goroot" "$place" 2>/dev/null || cp -R "$goroot" "$place"
export GOMODCACHE=$work/mod
refused() {
	echo "{\"Replace\":{\"$place/src/runtime/zz.go\":\"/dev/null\"}}" >refused.json
	! (cd seeds && GOTOOLCHAIN=local "$place/bin/go" build -overlay ../refused.json ./abba/fixed 2>../refused) &&
		grep -q overlay refused
}
expect "overlays of files in the module cache are not refused: there is nothing to test" refused
GOTOOLCHAIN=local GOKNOT_GO=$place/bin/go finds_and_replays "in the module cache" "$place" "$version"

# What GOTOOLCHAIN and the toolchain line switch to: another release than the default one.
other=$(knot_go_others | tail -n 1)
if "$root/scripts/fetch-go.sh" "$other" >fetched 2>why; then
	goroot=$(cat fetched)
	modules=$(dirname "$goroot")/mod
	place=$modules/golang.org/toolchain@v0.0.1-go$other.linux-amd64
fi
if [ ! -s fetched ]; then
	skip "a toolchain that GOTOOLCHAIN switched to" "$(cat why)"
elif [ ! -d "$place" ]; then
	skip "a toolchain that GOTOOLCHAIN switched to" "go$other is installed, not in a module cache"
else
	export GOMODCACHE=$modules
	GOTOOLCHAIN=go$other finds_and_replays "GOTOOLCHAIN=go$other" "$place" "go$other"
	sed -i "s/^go 1.23\$/&\\n\\ntoolchain go$other/" seeds/go.mod
	GOTOOLCHAIN=auto finds_and_replays "toolchain go$other in go.mod" "$place" "go$other"
fi
done_testing
