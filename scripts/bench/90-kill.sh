#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a campaign loses when it is killed: everything that belongs to it is stopped at once at a random moment, its
# directory copied, the rest killed, the copy opened. BENCH_KILLS: how often; SEED of the moments.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

kills=${BENCH_KILLS:-200}
RANDOM=${SEED:-1}
dir=$bench/kill
copy=$bench/kill.copy
programs="./abba/buggy ./closerace/buggy ./pipeline/buggy ./deepchain/... ./statusmanager/... ./sharedorder/... ./rwrlock/..."

# The campaign, its workers and what they started.
family() { # pid
	local children p
	echo "$1"
	children=$(cat /proc/"$1"/task/*/children 2>/dev/null || true)
	for p in $children; do family "$p"; done
}

fail() {
	echo "bench: kill $i: $1; the copy is $copy" >&2
	exit 3
}

field() { jq -r "select(.event == \"status\").$1" <<<"$status"; }

early=0 lost=0 corrupt=0 late=0 worst=0 found=0 resumed=0 runs_before=0
rm -rf "$dir" "$copy"
# Built once; each of the campaigns then begins anew or, every other one, goes on from the copy.
# shellcheck disable=SC2086 # several words
"$GOKNOT" fuzz -C seeds -o "$dir" -quiet -fuzztime 1x $programs >"$bench/kill.txt" || true
for ((i = 1; i <= kills; i++)); do
	if ((i % 2)); then
		rm -rf "$dir"/goknot.db* "$dir/crashes" "$dir/corpus"
		runs_before=0
	fi
	# shellcheck disable=SC2086
	"$GOKNOT" fuzz -C seeds -o "$dir" -json -parallel 2 $programs >"$bench/kill.json" 2>"$bench/kill.err" &
	pid=$!
	until grep -q '"seed ' "$bench/kill.json"; do sleep 0.05; done
	sleep "$(awk -v r="$RANDOM" 'BEGIN { print 3.5 * r / 32768 }')"
	# Twice: what was born between the look and the signal.
	for _ in 1 2; do
		# shellcheck disable=SC2046
		kill -STOP $(family $pid) 2>/dev/null || true
	done
	stopped=$(date +%s%N)
	rm -rf "$copy"
	cp -a "$dir" "$copy"
	# shellcheck disable=SC2046
	kill -KILL $(family $pid) 2>/dev/null || true
	wait $pid 2>/dev/null || true
	updated=$(sqlite3 "$copy/goknot.db" "SELECT value FROM meta WHERE key = 'updated_ns'" 2>/dev/null) || true
	[ -n "$updated" ] || { early=$((early + 1)); continue; } # the store had not been opened
	status=$("$GOKNOT" status -json "$copy" 2>"$bench/kill.err") || { corrupt=$((corrupt + 1)); cat "$bench/kill.err" >&2; continue; }
	[ "$(sqlite3 "$copy/goknot.db" 'PRAGMA integrity_check')" = ok ] || corrupt=$((corrupt + 1))
	# What had been said to be found is there, and its crash file is whole.
	while read -r file; do
		found=$((found + 1))
		name=$(basename "$file")
		kept=$(jq -r --arg f "$name" 'select(.event == "finding" and .crash_file == $f).state' <<<"$status")
		if [ "$kept" != verified ] || ! tail -1 "$copy/crashes/$name" | grep -q '^end [0-9a-f]\{16\}$'; then
			lost=$((lost + 1))
			echo "bench: kill $i: $name is lost" >&2
		fi
	done < <(jq -r 'select(.event == "finding").crash_file' "$bench/kill.json" 2>/dev/null)
	# How old is what the copy knows?
	age=$(((stopped - updated) / 1000000))
	worst=$((age > worst ? age : worst))
	late=$((late + (age > 1000)))
	[ "$(field runs)" -ge "$runs_before" ] || fail "$(field runs) runs are known, and there were $runs_before before"
	runs_before=$(field runs)
	if ((i % 10 == 0)); then
		rc=0
		# shellcheck disable=SC2086
		"$GOKNOT" fuzz -C seeds -o "$copy" -json -quiet -fuzztime 1x $programs >"$bench/kill.resumed" || rc=$?
		[ $rc -le 1 ] || fail "the copy does not go on: exit code $rc"
		[ "$("$GOKNOT" status -json "$copy" | jq -r 'select(.event == "status").runs')" -gt "$runs_before" ] || fail "no runs were added"
		resumed=$((resumed + 1))
	fi
done

cat <<TEXT
## Killed at a random moment

A campaign with two workers, and all that belongs to it, stopped at a random moment within its first 3.5 seconds, its directory copied and the rest killed
(SIGKILL); every other one goes on where the one before was stopped. Of the copy: does it open, does SQLite's check find anything,
are all findings there that had been shown, with whole crash files, and how old is what it knows. Bound: nothing lost, nothing damaged, at most a second of work.

| kills | before the store was opened | findings shown before | lost | damaged stores | oldest, ms | over a second | copies that went on | met |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| $kills | $early | $found | $lost | $corrupt | $worst | $late | $resumed of $resumed | $([ $((lost + corrupt + late)) -eq 0 ] && echo yes || echo '**missed**') |

TEXT
