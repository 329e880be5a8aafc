#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Memory growth over a million clean runs in one process: of that process and of goknot. BENCH_GROWTH_RUNS: how many.
# Without huge pages, since the kernel makes some ten seconds after the start, which then count in whole.
if [ -z "${BENCH_SMALL_PAGES:-}" ]; then
	export BENCH_SMALL_PAGES=1
	exec perl -e 'syscall(157, 41, 1, 0, 0, 0) == 0 or die "prctl: $!\n"; exec @ARGV' "$0" # PR_SET_THP_DISABLE, inherited
fi
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

runs=${BENCH_GROWTH_RUNS:-1000000}
slack=64 # KiB: the runtime of Go takes memory for its own use by pieces of 16 and 64

anon() { awk '/^RssAnon:/ { kib = $2 } END { print kib + 0 }' "/proc/$1/status" 2>/dev/null || echo 0; }

# Writes a line for each sample: nanoseconds, the target's KiB, goknot's KiB, the target's process. Sets rc.
watch_growth() { # program
	local pid target=
	rc=0
	bench_fuzz "$bench/growth" "$1" -parallel 1 -seed 1 -fresh 1000000 -fuzztime "${runs}x" >"$bench/growth.json" &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		target=$(pgrep -f "^$bench/growth/build/bin/.*-test.run=" | head -n 1) || true
		[ -z "$target" ] || echo "$(date +%s%N) $(anon "$target") $(anon "$(ps -o ppid= -p "$target" | tr -d ' ')") $target"
		sleep 0.02
	done
	wait "$pid" || rc=$?
}

# What the target and goknot had at the first sample behind a share of the runs.
at() { # share
	awk -v share="$1" '$2 > 0 && $3 > 0 { n++; t[n] = $1; line[n] = $2 " " $3 }
		END { for (i = 1; i < n && t[i] - t[1] < share * (t[n] - t[1]); i++); print line[i] }' "$bench/growth.txt"
}

measure() { # program, what it makes much use of
	local program=$1 what=$2 first middle last made processes
	rm -f "$bench"/growth/goknot.db*
	bench_fuzz "$bench/growth" "$program" -parallel 1 -fuzztime 1x >"$bench/growth.json"
	watch_growth "$program" >"$bench/growth.txt"
	[ "$rc" -eq 0 ] || { echo "bench: $program ended with exit code $rc" >&2; exit 3; }
	made=$(jq -r 'select(.event == "summary") | .runs' "$bench/growth.json")
	processes=$(jq -r 'select(.event == "summary") | .processes' "$bench/growth.json")
	first=$(at "$(awk "BEGIN { print 10000 / $made }")")
	middle=$(at 0.5)
	last=$(at 0.99)
	awk -v what="$program: $what" -v made="$made" -v processes="$processes" -v f="$first" -v m="$middle" -v l="$last" -v slack="$slack" 'BEGIN {
		split(f, a); split(m, b); split(l, c)
		printf "| %s | %d | %d | %d, %d, %d | %d, %d, %d | %s |\n", what, made, processes, a[1], b[1], c[1], a[2], b[2], c[2],
			c[1] - a[1] <= slack ? "yes" : "**missed**" }'
}

cat <<TEXT
## Memory growth

RssAnon in KiB of a worker's process and of goknot over $runs clean runs in one process (\`-fresh 1000000\`): after the first
10,000 runs (by their share of the time), in the middle, at the end. Bound, for the target: no growth after the first 10,000,
where $slack KiB, a piece or two that the runtime of Go takes for its own use, do not count. goknot's own memory has no bound here:
it keeps a corpus, of bounded size, and the database's page cache. Huge pages are off: the kernel makes one of a few small pages.

| program | runs | processes | the target's | goknot's | met |
| --- | --- | --- | --- | --- | --- |
TEXT
measure closerace/fixed locks
measure pipeline/fixed goroutines
measure selecttimeout/fixed timers
echo
