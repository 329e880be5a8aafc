#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Fuzzes the tests of real modules and of the standard library with default flags and prints the table of
# docs/real-modules.md: what was run, what was found, whether each finding replays ten times out of ten, and goknot's own
# memory at the peak (bound: 100 MB of VmHWM).
# Needs the Go module proxy the first time. The versions are pinned in the list below.
#
# usage: real-modules.sh [seconds per module, default 60] [module...]
# from the environment: BUILD (default build), KEEP (a directory for the campaigns and logs; else they go)
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=scripts/bench/modules.bash
. scripts/bench/modules.bash

seconds=${1:-60}
[ $# -eq 0 ] || shift
wanted=("$@")
work=$(mktemp -d "${TMPDIR:-/tmp}/goknot-real.XXXXXX")
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
keep=${KEEP:-$work/keep}
mkdir -p "$keep"
keep=$(realpath "$keep")
failures=0

modules=(golang.org/x/sync@v0.24.0 github.com/sourcegraph/conc@v0.3.0 github.com/panjf2000/ants/v2@v2.12.1
	github.com/klauspost/pgzip@v1.3.0 github.com/hashicorp/raft@v1.8.0 github.com/nats-io/nats.go@v1.48.0
	github.com/go-chi/chi/v5@v5.5.0 storj.io/drpc@v1.0.0 github.com/mattn/go-sqlite3@v1.14.53)
packages=(context net/rpc database/sql)

is_wanted() { # name
	local w
	[ ${#wanted[@]} -gt 0 ] || return 0
	for w in "${wanted[@]}"; do [ "$w" != "$1" ] || return 0; done
	return 1
}

total() { # log, jq filter over its summary
	jq -rs "map(select(.event == \"summary\"))[0] | $2" "$1"
}

# Everything that was found has to replay ten times out of ten with the saved schedule.
replays() { # directory, campaign; prints good/all
	local crash good=0 all=0
	for crash in "$2"/crashes/*.crash; do
		[ -e "$crash" ] || continue
		all=$((all + 1))
		"$GOKNOT" replay -C "$1" -o "$2" -json -n 10 "$crash" >"$crash.replay" 2>&1 || true
		if jq -e 'select(.event == "replay") | .reproduced == 10 and .same_hash == 10' "$crash.replay" >/dev/null 2>&1; then
			good=$((good + 1))
		fi
	done
	echo "$good/$all"
}

campaign() { # name, version, directory, package pattern
	local name=$1 version=$2 dir=$3 pattern=$4 log out cold warm good
	out=$keep/${name//\//_}
	log=$out.jsonl
	cold=$(date +%s%N)
	"$GOKNOT" fuzz -C "$dir" -o "$out" -quiet -json -fuzztime 1x "$pattern" >/dev/null 2>"$out.err" || true
	cold=$(($(date +%s%N) - cold))
	rm -rf "$out"/crashes "$out"/goknot.db*
	warm=$(date +%s%N)
	watch_memory "$GOKNOT" fuzz -C "$dir" -o "$out" -json -fuzztime "${seconds}s" "$pattern" >"$log" 2>>"$out.err"
	warm=$(($(date +%s%N) - warm - seconds * 1000000000))
	good=$(replays "$dir" "$out")
	if [ "$rc" -gt 1 ] || [ "${good%/*}" != "${good#*/}" ] || [ "$hwm" -gt 97656 ]; then failures=$((failures + 1)); fi
	total "$log" "\"| $name | $version | \\(.targets) | \\(.runs) | \\(.runs * 1000000000 / .elapsed_ns | floor) |\"" |
		tr -d '\n'
	total "$log" "\" \\(.pairs) | \\(.findings) | $good | \\(.rejected) | \\(.listed) | \\(.set_aside) |\"" | tr -d '\n'
	awk -v c="$cold" -v w="$warm" -v h="$hwm" -v a="$anon" -v rc="$rc" 'BEGIN {
		printf " %.1f | %.1f | %.0f | %.0f | %d |\n", c / 1e9, w / 1e9, h * 1.024e-3, a * 1.024e-3, rc }'
}

echo "$(go env GOVERSION), $(nproc) processors, $seconds s each"
echo
echo "| module | version | tests | runs | runs/s | pairs | findings | replay 10 of 10 | rejected | listed | set aside | first start s | second start s | VmHWM MB | RssAnon MB | exit |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for m in "${modules[@]}"; do
	path=${m%@*}
	is_wanted "$path" || continue
	dir=$work/${path//\//_}
	fetch_module "$m" "$dir"
	campaign "$path" "${m#*@}" "$dir" ./...
done
for p in "${packages[@]}"; do
	is_wanted "$p" || continue
	campaign "$p" "$(go env GOVERSION)" "$(go env GOROOT)/src" "./$p"
done
[ "$failures" -eq 0 ] || { echo "$failures modules with a failure of goknot's own or a finding that does not replay, or above 100 MB" >&2; exit 1; }
