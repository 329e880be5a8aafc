#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Which of the deep programs (tests/deep) are found in the same time by everything that goknot has, without feedback, and by
# each policy alone without feedback and chains. One worker; the time is that of the fuzzing, without the build.
#
# From the environment: BENCH_SECONDS (20) a program and way; DEEP_SEED (1); DEEP_FRESH: that many programs freshly drawn from
# the generator, of depths 3 to 6, instead of those of set.txt; DEEP_FIRST: the seed of the first of them (100000);
# DEEP_WAYS (full none rpos pos random pct surw delay gopie).
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

seconds=${BENCH_SECONDS:-20}
seed=${DEEP_SEED:-1}
ways=${DEEP_WAYS:-full none rpos pos random pct surw delay gopie}
work=$bench/deep
mkdir -p "$work"
(cd tests/deep && GOFLAGS='' GOWORK=off "$GO" build -o "$work/deepgen" ./gen)

flags_of() { # way
	case $1 in
	full) ;;
	none) echo -feedback none ;;
	rpos) echo -policy rpos -mutate=false ;;
	gopie) echo -policy gopie ;;
	*) echo -policy "$1" -mutate=false -feedback none ;;
	esac
}

fuzz() { # directory, package, flags...
	local rc=0
	"$GOKNOT" fuzz -C "$1" -o "$work/campaign" -json -quiet -parallel 1 -first -fuzzminimizetime 0 -seed "$seed" "${@:3}" "$2" >"$work/out" 2>"$work/err" || rc=$?
	[ "$rc" -le 1 ] || { echo "deep: goknot ended with exit code $rc on $1 $2: $(tail -1 "$work/err")" >&2; exit 3; }
}

# What of the time is looked at: found within a quarter of it, half of it, all of it.
parts=(0.25 0.5 1)
declare -A found
row() { # name, depth, directory, package
	local way flags line="| $1 | $2 |" verdict runs took part
	rm -rf "$work/campaign"
	fuzz "$3" "$4" -fuzztime 1x
	for way in $ways; do
		rm -rf "$work/campaign/goknot.db"* "$work/campaign/"{crashes,corpus}
		read -ra flags < <(flags_of "$way"; echo) || true
		fuzz "$3" "$4" -fuzztime "${seconds}s" "${flags[@]}"
		read -r verdict runs took < <(jq -rn '[inputs] | (map(select(.event == "finding"))[0].verdict // "none") as $v | .[-1] |
			"\($v) \(.runs) \(.elapsed_ns / 1e8 | round / 10)"' "$work/out")
		if [ "$verdict" = none ]; then
			line+=" $runs runs, none |"
			continue
		fi
		line+=" $verdict, $runs, $took s |"
		for part in "${parts[@]}"; do
			if awk -v t="$took" -v all="$seconds" -v p="$part" 'BEGIN { exit !(p == 1 || t <= all * p) }'; then
				found[$way $part]=$((${found[$way $part]:-0} + 1))
			fi
		done
	done
	echo "$line"
}

programs() {
	local i
	if [ -n "${DEEP_FRESH:-}" ]; then
		for ((i = 0; i < DEEP_FRESH; i++)); do echo "gen $((${DEEP_FIRST:-100000} + i)) $((3 + i % 4))"; done
	else
		grep -v '^#' tests/deep/set.txt
	fi
}

cat <<TEXT
## Deep programs

What is found within $seconds s by one worker, after how many runs and seconds: by everything that goknot has (full), the same with \`-feedback none\`,
and by single policies without chains and feedback (rpos: without chains); gopie: by the published algorithm, the rest of the schedule random. Seed $seed. Load average at the start: $(cut -d ' ' -f 1 /proc/loadavg).
Bounds: full finds all, 1.5 times as many as the best single policy without feedback; none finds fewer.

TEXT
printf '| program | depth |'
for way in $ways; do printf ' %s |' "$way"; done
printf '\n| --- | --- |'
for way in $ways; do printf ' --- |'; done
echo
n=0
while read -r kind name depth _; do
	n=$((n + 1))
	case $kind in
	hand) row "$name" "$depth" "$root/tests/deep" "./hand/$name/buggy" ;;
	gen)
		rm -rf "$work/gen"
		"$work/deepgen" -seed "$name" -depth "$depth" -o "$work/gen"
		row "gen $name" "$depth" "$work/gen" .
		;;
	esac
done < <(programs)
for part in "${parts[@]}"; do
	printf '| found of %d in %s s | |' "$n" "$(awk -v all="$seconds" -v p="$part" 'BEGIN { print all * p }')"
	for way in $ways; do printf ' %d |' "${found[$way $part]:-0}"; done
	echo
done
