#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How the controlled scheduler does on programs that nobody here wrote: each test of some packages of the standard
# library once under policy random, in a process of its own, replayed once, and once by the stock toolchain.
# Prints the table of docs/std-sweep.md and, below it, every test that ended in another way, by name.
#
# usage: std-sweep.sh [package...]
# from the environment: BUILD (default build), GOKNOT, SEED (default 1), KEEP (directory for campaigns and logs)
#
# A run counts as "same" when it ended as the stock run did: passed, failed or skipped. "Finding" is a run that ended
# otherwise, in something that a short campaign on this test then found, verified and saved. All else is "other".
# CPU time is that of the whole process: of the replay on one side, of the stock test on the other.
set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=scripts/go-env.sh
. scripts/go-env.sh
GOKNOT=$(realpath "${GOKNOT:-${BUILD:-build}/goknot}")
work=$(mktemp -d "${TMPDIR:-/tmp}/goknot-std.XXXXXX")
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
keep=${KEEP:-$work}
mkdir -p "$keep"
keep=$(realpath "$keep")
src=$(go env GOROOT)/src

packages=("$@")
[ $# -gt 0 ] || packages=(context sync io bufio container/heap container/list container/ring database/sql net/rpc
	net/http net/http/httputil os/exec os/signal log/slog text/template time)

fuzz() { # log, flags...; exit codes 0 and 1 are both good
	local log=$1 rc=0
	shift
	"$GOKNOT" fuzz -C "$src" -policy random -mutate=false -parallel 1 -json -quiet -seed "${SEED:-1}" "$@" \
		>"$log" 2>"$log.err" || rc=$?
	if [ "$rc" -gt 1 ]; then
		echo "std-sweep: goknot fuzz $* ended with $rc: $(tail -1 "$log.err")" >&2
		exit 3
	fi
}

# Prints test, PASS, FAIL or SKIP, and the milliseconds of CPU and of wall time. A short test is run three times: the
# shell's clock counts whole milliseconds.
stock() { # package, test binary, test
	local times=1 said how cpu wall
	said=$(cd "$src/$1" && TIMEFORMAT='time %R %U %S' && { time "$2" -test.run "^$3\$" -test.timeout 120s -test.v \
		</dev/null 2>&1 || true; } 2>&1)
	how=$(grep -aoE "^--- (PASS|FAIL|SKIP): $3 " <<<"$said" | awk '{ print $2 }' | tr -d ':' | tail -1)
	read -r _ wall cpu < <(grep -a '^time ' <<<"$said" | tail -1 | awk '{ print "-", $2 * 1000, ($3 + $4) * 1000 }')
	if [ "${wall%.*}" -lt 100 ]; then
		times=3
		read -r wall cpu < <(cd "$src/$1" && TIMEFORMAT='%R %U %S' && { time for _ in 1 2 3; do
			"$2" -test.run "^$3\$" -test.timeout 120s </dev/null >/dev/null 2>&1 || true
		done; } 2>&1 | awk '{ print $1 * 1000, ($2 + $3) * 1000 }')
	fi
	awk -v t="$3" -v how="${how:-FAIL}" -v cpu="$cpu" -v wall="$wall" -v n="$times" \
		'BEGIN { print t, how, cpu / n, wall / n }'
}

# One line a test: test, class, end, milliseconds of CPU controlled and stock, wall both, same hash, external, why.
classify() { # package, directory
	local test end verdict why hash external cpu wall how stock_cpu stock_wall class
	while IFS=$'\t' read -r test end verdict hash external cpu wall why; do
		read -r _ how stock_cpu stock_wall < <(grep "^$test " "$2/stock")
		class=other
		case $how-$end in
		PASS-ok | FAIL-fail | SKIP-skip) class=same ;;
		PASS-leak) # the test itself has passed; what it left is a finding or is not
			class=same
			[ "$verdict" != leak ] || class=finding ;;
		esac
		if [ "$end" = steps ]; then # too long for the limit of a first run
			fuzz "$2/$test.json" -o "$2/campaign" -fresh 1 -audit 1 -fuzztime 20x -run "^$test\$" "./$1"
			end=$(jq -r 'select(.event == "audit" and .end != "steps") | .end' "$2/$test.json" | tail -1)
			why="the step limit of a first run is too low"
			case $how-$end in PASS-ok | FAIL-fail | SKIP-skip) class=same ;; esac
			rm -rf "$2"/campaign/goknot.db*
		elif [ "$class" = other ]; then
			fuzz "$2/$test.json" -o "$2/campaign" -fuzztime 20x -run "^$test\$" "./$1"
			if jq -e --arg v "$verdict" 'select(.event == "finding" and .verdict == $v)' "$2/$test.json" >/dev/null; then
				class=finding
			else
				why=$(jq -r 'select(.event == "listed") | .why' "$2/$test.json" | paste -sd ';')
				why=${why:-${verdict} in this run only}
			fi
			rm -rf "$2"/campaign/goknot.db*
		fi
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$test" "$class" "$end" "$cpu" "$stock_cpu" "$wall" \
			"$stock_wall" "$hash" "$external" "$how" "$why"
	done < <(jq -r 'select(.event == "audit") | [.test, .end, .verdict, .same_hash, .external, .cpu_ns / 1e6,
		.wall_ns / 1e6, (if .why == "" then "-" else .why end)] | @tsv' "$2/audit.json" | sort -u -t $'\t' -k1,1)
}

sweep() { # package
	local dir=$keep/${1//\//_} test
	mkdir -p "$dir"
	rm -rf "$dir"/campaign/goknot.db*
	fuzz "$dir/audit.json" -o "$dir/campaign" -fuzztime 1x -fresh 1 -audit 1 "./$1"
	(cd "$src" && go test -c -vet=off -o "$dir/stock.test" "./$1")
	jq -r 'select(.event == "audit") | .test' "$dir/audit.json" | sort -u | while read -r test; do
		stock "$1" "$dir/stock.test" "$test"
	done >"$dir/stock"
	rm -rf "$dir"/campaign/goknot.db*
	classify "$1" "$dir" >"$dir/result"
	jq -r 'select(.event == "set aside") | [.test, "other", "-", 0, 0, 0, 0, "false", "false", "-", "set aside: " + .why] |
		@tsv' "$dir/audit.json" >>"$dir/result"
	sed "s,^,$1\t," "$dir/result" >>"$work/all"
	row "$1" <"$dir/result"
}

row() { # package; reads results
	local rows ratio
	rows=$(cat)
	ratio=$(awk -F '\t' '$5 > 0 { print $4 / $5 }' <<<"$rows" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] + 0 }')
	awk -F '\t' -v name="$1" -v ratio="$ratio" '{ n++; c[$2]++; same += $8 == "true"; ext += $9 == "true"
		cpu += $4; scpu += $5; wall += $6; swall += $7 }
		END { printf "| %s | %d | %d | %d | %d | %.1f %% | %d (%.1f %%) | %d | %.2f | %.1f / %.1f | %.1f / %.1f |\n", name, n,
			c["same"], c["finding"], c["other"], 100 * (c["same"] + c["finding"]) / n, same, 100 * same / n, ext,
			ratio, cpu / 1000, scpu / 1000, wall / 1000, swall / 1000 }' <<<"$rows"
}

: >"$work/all"
echo "$(go env GOVERSION), $(nproc) processors, seed ${SEED:-1}"
echo
echo "| package | tests | same | finding | other | same or finding | replay same end and hash | external | CPU ratio, median | CPU s, controlled / stock | wall s, controlled / stock |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for p in "${packages[@]}"; do sweep "$p"; done
cut -f 2- "$work/all" | row "all"
echo
echo "| test | class | controlled | stock | why |"
echo "| --- | --- | --- | --- | --- |"
awk -F '\t' '$3 != "same" { printf "| %s %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $11, $12 }' "$work/all"
echo
echo "| replay differs | controlled | external |"
echo "| --- | --- | --- |"
awk -F '\t' '$9 != "true" { printf "| %s %s | %s | %s |\n", $1, $2, $4, $10 }' "$work/all"
echo
echo "| CPU more than 3x stock | controlled ms | stock ms |"
echo "| --- | --- | --- |"
awk -F '\t' '$6 > 0 && $5 > 3 * $6 { printf "| %s %s | %.0f | %.0f |\n", $1, $2, $5, $6 }' "$work/all"
