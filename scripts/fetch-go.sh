#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Prints the GOROOT of one Go release. What the machine's own Go is not comes through the Go module proxy (or out
# of the user's module cache) into a cache folder: $GO_RELEASES, by default ~/.cache/goknot-go-releases. Fails
# with one sentence when the release cannot be had.
#
# usage: fetch-go.sh 1.25.3
set -euo pipefail

version=$1
cd "$(dirname "$0")/.."
# shellcheck source=scripts/go-env.sh
. scripts/go-env.sh
cache=${GO_RELEASES:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/goknot-go-releases}
unset GOROOT GOFLAGS GOKNOT_GO

if [ "$(GOTOOLCHAIN=local "$GO" env GOVERSION)" = "go$version" ]; then
	GOTOOLCHAIN=local "$GO" env GOROOT
	exit
fi
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
root=$cache/go$version
if [ ! -e "$root/.complete" ]; then
	modules=$cache/mod
	proxy=file://$("$GO" env GOMODCACHE)/cache/download,$("$GO" env GOPROXY)
	# The go command makes the toolchain's programs executable only when it switches to it.
	if ! said=$(cd / && GOMODCACHE=$modules GOFLAGS=-modcacherw GOPROXY=$proxy GOTOOLCHAIN=go$version GOWORK=off \
		timeout 600 "$GO" version 2>&1); then
		echo "go$version cannot be fetched: $(tail -n 1 <<<"$said")" >&2
		exit 1
	fi
	# Overlays of files in the module cache are refused: the same files, linked, outside of it.
	rm -rf "$root"
	cp -al "$modules/golang.org/toolchain@v0.0.1-go$version.linux-amd64" "$root"
	: >"$root/.complete"
	rm -f "$modules"/cache/download/golang.org/toolchain/@v/*.zip
fi
echo "$root"
