# SPDX-License-Identifier: BSD-2-Clause
# Sourced by the benchmarks: paths, and small sums. Every benchmark prints one section of docs/numbers.md.
# Switches from the environment: BUILD, GOKNOT, BENCH_SECONDS (a measurement), BENCH_SEEDS, BENCH_RUNS (a twin).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
# shellcheck source=scripts/go-env.sh
. scripts/go-env.sh
GOKNOT=${GOKNOT:-$root/${BUILD:-build}/goknot}
# The campaigns stay here until make clean: replay.sh replays what bugs.sh found.
bench=$root/build/bench
mkdir -p "$bench"
# shellcheck disable=SC2034 # used by those that source this
seconds=${BENCH_SECONDS:-5}

# A campaign on a bundled program: bench_fuzz campaign program flags...; prints the JSON lines.
bench_fuzz() {
	local campaign=$1 program=$2 rc=0
	shift 2
	"$GOKNOT" fuzz -C "$root/seeds" -o "$campaign" -json -quiet "$@" "./$program" || rc=$?
	if [ "$rc" -gt 1 ]; then
		echo "bench: fuzzing $program ended with exit code $rc" >&2
		exit 3
	fi
}

programs() {
	local p
	for p in "$root"/seeds/*/buggy; do basename "$(dirname "$p")"; done
}

# median, smallest and greatest of the numbers on standard input
spread() {
	sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)], v[1], v[NR] }'
}

# Runs a goknot and samples its memory five times a second. Sets, in KiB at the peak: hwm (which the kernel keeps, all
# pages), anon (what goknot has allocated), shmem (shared with the workers), file (the program); and rc, its exit code.
watch_memory() { # command...
	local pid name value
	hwm=0 anon=0 shmem=0 file=0 rc=0
	"$@" &
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
	wait "$pid" || rc=$?
}

met() { # value, comparison, bound; an empty bound is none
	if [ -z "$3" ]; then
		echo
	elif awk "BEGIN { exit !($1 $2 $3) }"; then echo yes; else echo '**missed**'; fi
}
