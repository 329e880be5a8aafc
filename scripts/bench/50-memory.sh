#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Peak memory of the goknot process itself. What it shares with its workers (rings, decisions) is told apart.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

measure() { # what, flags and packages...
	local what=$1 pid hwm=0 anon=0 shmem=0 file=0 name value
	shift
	"$GOKNOT" fuzz -C "$root/seeds" -o "$bench/memory" -quiet -seed 1 "$@" >"$bench/memory.out" 2>&1 &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		while read -r name value _; do
			case $name in
			VmHWM:) hwm=$((value > hwm ? value : hwm)) ;;
			RssAnon:) anon=$((value > anon ? value : anon)) ;;
			RssShmem:) shmem=$((value > shmem ? value : shmem)) ;;
			RssFile:) file=$((value > file ? value : file)) ;;
			esac
		done < <(cat "/proc/$pid/status" 2>/dev/null)
		sleep 0.2
	done
	wait "$pid" || [ $? -eq 1 ]
	awk -v what="$what" -v h="$hwm" -v a="$anon" -v s="$shmem" -v f="$file" 'BEGIN {
		printf "| %s | %.1f | %.1f | %.1f | %.1f | %s |\n", what, h / 1024, a / 1024, s / 1024, f / 1024,
			h <= 102400 ? "yes" : "**missed**" }'
}

rm -rf "$bench/memory"
cat <<'TEXT'
## goknot's own memory

MiB at the peak, of the goknot process alone, sampled five times a second. VmHWM counts pages shared with the
workers as goknot's (RssShmem); RssAnon is what goknot itself has allocated. Bound: 100 MB of VmHWM.

| campaign | VmHWM | RssAnon | RssShmem | RssFile | <= 100 MB |
| --- | --- | --- | --- | --- | --- |
TEXT
measure "closerace/fixed, 1 worker, $((2 * seconds)) s" -parallel 1 -fuzztime "$((2 * seconds))s" ./closerace/fixed
measure "deepchain/fixed, 1 worker, $((2 * seconds)) s" -parallel 1 -fuzztime "$((2 * seconds))s" ./deepchain/fixed
measure "all 42 programs, 2 workers, $((6 * seconds)) s" -parallel 2 -fuzztime "$((6 * seconds))s" ./...
echo
