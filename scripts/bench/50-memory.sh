#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Peak memory of the goknot process itself. What it shares with its workers (rings, decisions) is told apart.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

measure() { # what, flags and packages...
	local what=$1
	shift
	watch_memory "$GOKNOT" fuzz -C "$root/seeds" -o "$bench/memory" -quiet -seed 1 "$@" >"$bench/memory.out" 2>&1
	[ "$rc" -le 1 ] || { cat "$bench/memory.out" >&2; exit 3; }
	awk -v what="$what" -v h="$hwm" -v a="$anon" -v s="$shmem" -v f="$file" 'BEGIN {
		printf "| %s | %.1f | %.1f | %.1f | %.1f | %s |\n", what, h * 1.024e-3, a * 1.024e-3, s * 1.024e-3, f * 1.024e-3,
			h * 1024 <= 1e8 ? "yes" : "**missed**" }'
}

rm -rf "$bench/memory"
cat <<'TEXT'
## goknot's own memory

MB at the peak, of the goknot process alone, sampled five times a second. VmHWM counts pages shared with the
workers as goknot's (RssShmem); RssAnon is what goknot itself has allocated. Bound: 100 MB of VmHWM. The last one is the
hardest of the bundled programs: each of its runs may be a trace of 30 MB. Real modules have the same columns in
[real-modules.md](real-modules.md).

| campaign | VmHWM | RssAnon | RssShmem | RssFile | <= 100 MB |
| --- | --- | --- | --- | --- | --- |
TEXT
measure "closerace/fixed, 1 worker, $((2 * seconds)) s" -parallel 1 -fuzztime "$((2 * seconds))s" ./closerace/fixed
measure "deepchain/fixed, 1 worker, $((2 * seconds)) s" -parallel 1 -fuzztime "$((2 * seconds))s" ./deepchain/fixed
measure "all programs, 2 workers, $((6 * seconds)) s" -parallel 2 -fuzztime "$((6 * seconds))s" ./...
measure "livelock/buggy, 4 workers, $((2 * seconds)) s" -parallel 4 -fuzztime "$((2 * seconds))s" ./livelock/buggy
echo
