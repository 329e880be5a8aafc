#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The same seeds on every Go release that goknot supports, each in a fresh process: does the schedule hash agree?
# And in one process: does the second run of a seed, warm, agree with the first?
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

tool=$root/${BUILD:-build}/tools/seed_hashes
seeds=${BENCH_SEEDS:-20}
first= # the release that the others are compared with
tried=()

hashes() { # release: one file for each program and policy
	local binary package dir test policy out
	while read -r package dir test; do
		binary=$bench/releases/$1.campaign/build/bin/${package//\//+}.test
		out=$bench/releases/$1/${package#*/seeds/}
		mkdir -p "$out"
		for policy in random pct; do
			"$tool" "$binary" "$dir" "$test" "$policy" 1 "$seeds" 2 >"$out/$policy"
		done
	done < <(jq -r '.packages[] | select(.path | test("/(buggy|fixed)$")) | "\(.path) \(.dir) \(.tests[0])"' \
		"$bench/releases/$1.campaign/build/tests.json")
}

rm -rf "$bench/releases"
for release in $KNOT_GO_RELEASES; do
	if ! goroot=$(scripts/fetch-go.sh "$release" 2>"$bench/why"); then
		echo "bench: go$release is left out: $(cat "$bench/why")" >&2
		continue
	fi
	GOTOOLCHAIN=local GOKNOT_GO=$goroot/bin/go bench_fuzz "$bench/releases/$release.campaign" ... -fuzztime 1x >/dev/null
	hashes "$release"
	first=${first:-$release}
	tried+=("$release")
done
[ ${#tried[@]} -gt 1 ] || { echo "bench: fewer than two Go releases" >&2; exit 3; }

# The lines of a file, each seed's first run; and how many seeds ran differently when warm.
cold() { awk '!seen[$1]++' "$1"; }
warm() { awk '$1 == last && $0 != line { n++ } { last = $1; line = $0 } END { print n + 0 }' "$1"; }

cat <<TEXT
## Go releases

$seeds seeds of the policies random and pct for each bundled program, buggy and fixed, each in a process of its
own: how many of the schedule hashes are those of Go $first. Bound: all of them, on nine of ten programs. Warm: seeds
whose second run in one process had another hash than the first.

| program |$(printf ' %s |' "${tried[@]:1}") warm |
| --- |$(printf ' --- |%.0s' "${tried[@]}")
TEXT
total=0
same=0
for dir in "$bench/releases/$first"/*/*/ "$bench/releases/$first"/*/*/*/; do
	[ -e "$dir/random" ] || continue
	program=${dir#"$bench/releases/$first/"}
	row="| ${program%/} |"
	all=yes
	for release in "${tried[@]:1}"; do
		n=0
		of=0
		for policy in random pct; do
			agree=$(comm -12 <(cold "$dir$policy" | sort) <(cold "$bench/releases/$release/$program$policy" | sort) | wc -l)
			n=$((n + agree))
			of=$((of + seeds))
		done
		[ "$n" -eq "$of" ] || all=no
		row+=" $n of $of |"
	done
	different=0
	for release in "${tried[@]}"; do
		for policy in random pct; do
			different=$((different + $(warm "$bench/releases/$release/$program$policy")))
		done
	done
	echo "$row $different |"
	total=$((total + 1))
	[ "$all" = no ] || same=$((same + 1))
done
echo
echo "$same of $total programs have the same hashes on all releases: $(met "$((same * 10))" '>=' "$((total * 9))")"
echo
