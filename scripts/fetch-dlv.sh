#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Prints the path of delve: the one on PATH, else one that is built in the cache folder of fetch-go.sh, through the Go
# module proxy. Fails with one sentence when it cannot be had.
set -euo pipefail

version=v1.27.2
cd "$(dirname "$0")/.."
# shellcheck source=scripts/go-env.sh
. scripts/go-env.sh
if command -v dlv; then exit; fi
cache=${GO_RELEASES:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/goknot-go-releases}
unset GOROOT GOFLAGS GOKNOT_GO
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
bin=$cache/dlv-$version
if [ ! -x "$bin/dlv" ]; then
	proxy=file://$("$GO" env GOMODCACHE)/cache/download,$("$GO" env GOPROXY)
	if ! said=$(cd / && GOBIN=$bin GOMODCACHE=$cache/mod GOFLAGS=-modcacherw GOPROXY=$proxy GOTOOLCHAIN=local GOWORK=off \
		timeout 600 "$GO" install "github.com/go-delve/delve/cmd/dlv@$version" 2>&1); then
		echo "delve $version cannot be built: $(tail -n 1 <<<"$said")" >&2
		exit 1
	fi
fi
echo "$bin/dlv"
