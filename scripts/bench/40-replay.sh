#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Every finding of bugs.sh, replayed a hundred times in fresh processes, and again after everything was rebuilt:
# no build products, and an empty build cache of go.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

replays() { # campaign for build products; prints file, reproduced and same of 100, steps
	local crash rc
	for crash in "$bench"/bugs/*/crashes/*.crash; do
		rc=0
		"$GOKNOT" replay -C "$root/seeds" -o "$1" -json -n 100 "$crash" >"$bench/replay.json" || rc=$?
		if [ "$rc" -gt 1 ] && [ "$rc" -ne 4 ]; then
			echo "bench: replay of $crash ended with exit code $rc" >&2
			exit 3
		fi
		echo "$(basename "$crash" .crash) $(jq -r '"\(.reproduced) \(.same_hash) \(.diverged) \(.steps)"' "$bench/replay.json")"
	done
}

ls "$bench"/bugs/*/crashes/*.crash >/dev/null 2>&1 || { echo "bench: run 20-bugs.sh first" >&2; exit 3; }
rm -rf "$bench/replay" "$bench/rebuilt" "$bench/gocache"
replays "$bench/replay" >"$bench/replay.txt"
GOCACHE=$bench/gocache replays "$bench/rebuilt" >"$bench/rebuilt.txt"
rm -rf "$bench/gocache"
cat <<'TEXT'
## Replay

Every finding saved above, 100 replays, each in a fresh process; then the same with all build products deleted and
an empty Go build cache. Bound: 100 of 100 with the saved schedule hash, both times.

| crash file | steps | reproduced | same hash | rebuilt: reproduced | same hash | met |
| --- | --- | --- | --- | --- | --- | --- |
TEXT
join "$bench/replay.txt" "$bench/rebuilt.txt" | awk '{ ok = $2 == 100 && $3 == 100 && $6 == 100 && $7 == 100
	printf "| %s | %d | %d | %d | %d | %d | %s |\n", $1, $5, $2, $3, $6, $7, ok ? "yes" : "**missed**" }'
echo
