#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Which deep programs (tests/deep) a random walk misses. Without arguments those of tests/deep/set.txt; else
# hand:NAME, and gen:SEED:DEPTH, which need not be in the set. A line of the table for each; exit code 1 when one was found.
#
# Of a program written by hand the shallow form (-tags shallow: the same code, shorter work between the operations
# that matter) has to be found, which shows that the bug can be reached. For generated ones the generator's
# own test proves it.
#
# From the environment: DEEP_RUNS (default 1000000), DEEP_SEEDS (default 1), DEEP_SHALLOW=off.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

runs=${DEEP_RUNS:-1000000}
gen=$bench/deep/gen
mkdir -p "$bench/deep"
(cd tests/deep && GOFLAGS='' GOWORK=off "$GO" build -o "$bench/deep/deepgen" ./gen)

# The summary of one campaign of the random policy alone.
random_walk() { # directory of the module, package, seed, flags...
	local module=$1 package=$2 seed=$3 rc=0
	shift 3
	# What was built may stay.
	rm -rf "$bench/deep/campaign/goknot.db"* "$bench/deep/campaign/"{crashes,corpus}
	nice -n 19 "$GOKNOT" fuzz -C "$module" -o "$bench/deep/campaign" -json -quiet -fuzzminimizetime 0 -policy random -mutate=false \
		-feedback none -mutate=false -parallel 1 -first -fuzztime "${runs}x" -seed "$seed" "$@" "$package" >"$bench/deep/out" || rc=$?
	[ "$rc" -le 1 ] || { echo "deep-select: goknot ended with exit code $rc on $package" >&2; exit 3; }
	jq -rn --argjson bound "$runs" '[inputs] | (map(select(.event == "finding"))[0].verdict // "none") as $verdict | .[-1] |
		if $verdict == "none" and .runs < $bound then "stopped \(.runs) 0"
		else "\($verdict) \(.runs) \(.elapsed_ns / 1e3 / .runs | floor)" end' "$bench/deep/out"
}

found=0
row() { # name, depth, directory of the module, package
	local verdict=none n=0 us=0 shallow=proved seed
	if [[ $1 == hand:* ]]; then
		shallow=-
		if [ "${DEEP_SHALLOW:-on}" = on ]; then
			read -r verdict n us < <(random_walk "$3" "$4" 1 -tags shallow)
			shallow="$verdict, run $n"
			[ "$verdict" != none ] || shallow="**not found**"
		fi
	fi
	for seed in ${DEEP_SEEDS:-1}; do
		read -r verdict n us < <(random_walk "$3" "$4" "$seed")
		[ "$verdict" = none ] || { found=1; break; }
	done
	if [ "$verdict" = none ]; then verdict=missed; else verdict="**$verdict, run $n**"; fi
	printf '| %s | %s | %s | %s | %s |\n' "$1" "$2" "$shallow" "$verdict" "$us"
}

entries=("$@")
[ $# -gt 0 ] || mapfile -t entries < <(awk '$1 == "hand" { print "hand:" $2 ":" $3 } $1 == "gen" { print "gen:" $2 ":" $3 }' tests/deep/set.txt)
printf '| program | depth | reachable | %s random runs | us a run |\n| --- | --- | --- | --- | --- |\n' "$runs"
for entry in "${entries[@]}"; do
	IFS=: read -r kind name depth <<<"$entry"
	case $kind in
	hand) row "hand:$name" "$depth" "$root/tests/deep" "./hand/$name/buggy" ;;
	gen)
		rm -rf "$gen"
		"$bench/deep/deepgen" -seed "$name" -depth "$depth" -o "$gen"
		row "gen:$name" "$depth" "$gen" .
		;;
	*) echo "deep-select: no hand:NAME or gen:SEED:DEPTH: $entry" >&2; exit 2 ;;
	esac
done
exit "$found"
