#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot's own memory, and what the campaign directory takes, over half an hour on a real module.
# BENCH_SOAK_MINUTES: how long; BENCH_SOAK_MODULE: module@version; BENCH_SOAK_FLAGS: of goknot fuzz; the network is needed once.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=scripts/bench/modules.bash
. "$(dirname "$0")/modules.bash"

minutes=${BENCH_SOAK_MINUTES:-30}
module=${BENCH_SOAK_MODULE:-github.com/hashicorp/raft@v1.8.0}
flags=${BENCH_SOAK_FLAGS--short}
early=$((minutes / 6))
# Of a megabyte and a half the allocator may be in two minds: that is no growth.
slack=1536 # KiB
work=$bench/soak
mkdir -p "$work"
export GOFLAGS=-mod=mod GOTOOLCHAIN=local
fetch_module "$module" "$work/m" >"$work/fetch.txt" 2>&1 || { cat "$work/fetch.txt" >&2; exit 3; }

rm -rf "$work/campaign"
# shellcheck disable=SC2086 # flags
"$GOKNOT" fuzz -C "$work/m" -o "$work/campaign" -json -quiet -seed 1 $flags -fuzztime "${minutes}m" ./... >"$work/out" 2>"$work/err" &
pid=$!
# The first minute begins with the first run, not with the build.
until [ -n "$("$GOKNOT" status -json "$work/campaign" 2>/dev/null | jq 'select(.event == "status" and .runs > 0).runs')" ]; do
	kill -0 $pid || { cat "$work/err" >&2; exit 3; }
	sleep 1
done
began=$SECONDS

# The least of twenty seconds: while a long trace is looked at and replayed there are up to 60 MB more.
least() { for _ in $(seq 200); do kib RssAnon; sleep 0.1; done | sort -n | head -n 1; }
kib() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$pid/status"; }
cat <<TEXT
## Half an hour on a real module

RssAnon of goknot, all that it has allocated, but for a trace that is being looked at, and what the campaign directory takes beside its builds: goknot fuzz $flags on the tests of
$module, $minutes minutes. Bound: not more at the end than after $early minutes, where $((slack / 1024)).5 MB, which the allocator and SQLite's
cache are free to take, do not count.

| minute | RssAnon, KiB | peak (VmHWM), KiB | directory, KiB | runs | pairs | chains | findings |
| --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
for ((minute = 1; minute < minutes; minute++)); do
	sleep $((began + minute * 60 - SECONDS))
	kill -0 $pid 2>/dev/null || break
	((minute == 1 || minute % early == 0 || minute == minutes - 1)) || continue
	anon=$(least)
	[ "$minute" -ne "$early" ] || at_early=$anon
	taken=$(($(du -sk "$work/campaign" | cut -f 1) - $(du -sk "$work/campaign/build" | cut -f 1)))
	"$GOKNOT" status -json "$work/campaign" | jq -r --arg m "$minute" --arg a "$anon" --arg p "$(kib VmHWM)" --arg t "$taken" \
		'select(.event == "status") | "| \($m) | \($a) | \($p) | \($t) | \(.runs) | \(.pairs) | \(.corpus) | \(.findings) |"'
done
rc=0
wait $pid || rc=$?
[ $rc -le 1 ] || { cat "$work/err" >&2; exit 3; }
echo
echo "From minute $early to the end: $((anon - at_early)) KiB; met: $(met $((anon - at_early)) '<=' $slack)."
echo
