#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Pairs and states of channels covered on real modules with all of goknot, without feedback (GoPie-FB), without chains (GoPie-Mu),
# and by the published algorithm, in the same time of one worker: Table IX of GoPie. The variants take turns, seed by seed. BENCH_PAIRS_SECONDS: of a campaign (60); BENCH_PAIRS_SEEDS: seeds (3);
# BENCH_PAIRS_MODULES: an expression for the modules (all).
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

limit=${BENCH_PAIRS_SECONDS:-60}
seeds=${BENCH_PAIRS_SEEDS:-3}
wanted=${BENCH_PAIRS_MODULES:-.}
modules=(
	'github.com/panjf2000/ants/v2@v2.12.1|Submit|TestInfinitePool$|TestRebootNewPool$|TestReleaseTimeout$'
	'github.com/hashicorp/raft@v1.8.0|TestRaft_(SingleNode|TripleNode|ApplyConcurrent)$'
	'storj.io/drpc@v1.0.0|.*'
	'github.com/go-chi/chi/v5@v5.5.0|TestThrottle(ClientTimeout|RetryAfter|CustomStatusCode)$'
	'github.com/cockroachdb/pebble@v1.1.5|TestFlusherCond|TestSyncRecord|TestSyncError|TestMinSyncInterval'
)
packages=('.' '.' './drpcmanager ./drpcstream ./drpcsignal ./drpccache' './middleware' './record')
ways=('full|' 'no feedback (FB)|-feedback none' 'no chains (Mu)|-mutate=false' 'gopie|-policy gopie')

# One campaign from nothing; prints pairs of one goroutine, of one primitive, both, chains kept, states of channels. States are
# counted apart here, though each is the end of a pair of one goroutine.
campaign() { # source, run, packages, seed, flags...
	local source=$1 run=$2 where=$3 seed=$4 rc=0
	shift 4
	rm -rf "$bench/pairs/goknot.db"* "$bench/pairs/corpus" "$bench/pairs/crashes"
	# shellcheck disable=SC2086 # packages are words
	"$GOKNOT" fuzz -C "$source" -o "$bench/pairs" -json -quiet -short -parallel 1 -fuzzminimizetime 0 -run "$run" -seed "$seed" \
		-fuzztime "${limit}s" "$@" $where >"$bench/pairs.json" || rc=$?
	[ "$rc" -le 1 ] || { echo "bench: $source ended with exit code $rc" >&2; exit 3; }
	sqlite3 "$bench/pairs/goknot.db" "WITH p AS (SELECT type, b, op >= 39 AS state FROM pairs JOIN ops ON key = b)
		SELECT sum(type = 1 AND NOT state), sum(type = 2), sum(NOT state), (SELECT count(*) FROM corpus),
			(SELECT count(DISTINCT b) FROM p WHERE state) FROM p" | tr '|' ' '
}

column() { # file, number of the column: its median, and the least and the greatest
	cut -d ' ' -f "$2" "$1" | spread | awk '{ printf "%d (%d-%d)", $1, $2, $3 }'
}

cat <<TEXT
## Pairs covered: the ablations of GoPie

As Table IX of GoPie, on $(nproc) cores, one worker, $limit s a campaign from nothing, $seeds seeds each: medians with the least and the
greatest. Interleaving 1: pairs of operations of one goroutine (CPOP1); 2: of one primitive (CPOP2); chains: those that took effect and are kept; states: operations that
found their channel full, empty or closed.
Load average at the start: $(cut -d ' ' -f 1 /proc/loadavg). Bar: all of goknot covers more pairs than either variant.

| module | variant | interleaving 1 | interleaving 2 | both | chains | states | full covers more |
| --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
mkdir -p "$bench/modules"
rm -rf "$bench/pairs"
for i in "${!modules[@]}"; do
	IFS='|' read -r module run <<<"${modules[i]}"
	[[ $module =~ $wanted ]] || continue
	cached=$(cd "$bench/modules" && "$GO" mod download -json "$module" | jq -r .Dir)
	source=$bench/modules/$(basename "${cached%@*}")-pairs
	rm -rf "$source"
	cp -R "$cached" "$source"
	chmod -R u+w "$source"
	rm -f "$bench/pairs-way"*
	for seed in $(seq "$seeds"); do
		for w in "${!ways[@]}"; do
			# shellcheck disable=SC2086 # no flag or one with a value
			campaign "$source" "$run" "${packages[i]}" "$seed" ${ways[w]#*|} >>"$bench/pairs-way$w"
		done
	done
	for w in "${!ways[@]}"; do
		both=$(cut -d ' ' -f 3 "$bench/pairs-way$w" | spread | cut -d ' ' -f 1)
		more=''
		if [ "$w" = 0 ]; then full=$both; else more=$(met "$full" '>' "$both"); fi
		line="| ${module#github.com/} | ${ways[w]%%|*} |"
		for n in 1 2 3 4 5; do line+=" $(column "$bench/pairs-way$w" $n) |"; done
		echo "$line $more |"
	done
done
