#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a campaign loses when it is killed at a random moment, in turn: all that belongs to it at once (stopped, its directory
# copied, killed), goknot alone, and its workers alone (goknot goes on, and is killed a moment later). The copy is opened.
# BENCH_KILLS: how often; SEED of the moments.
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

declare -A n early found lost corrupt late worst
ways=(everything goknot workers)
for way in "${ways[@]}"; do n[$way]=0 early[$way]=0 found[$way]=0 lost[$way]=0 corrupt[$way]=0 late[$way]=0 worst[$way]=0; done
resumed=0 orphans=0 runs_before=0

targets() { pgrep -f "^$dir/build/bin/" || true; }

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
	way=${ways[i % 3]}
	n[$way]=$((n[$way] + 1))
	if [ "$way" = workers ]; then
		# shellcheck disable=SC2046
		kill -KILL $(targets) 2>/dev/null || true
		sleep 0.3
		kill -0 $pid || fail "goknot did not outlive its workers"
	fi
	if [ "$way" = goknot ]; then
		kill -KILL $pid
		stopped=$(date +%s%N)
		wait $pid 2>/dev/null || true
		for _ in $(seq 20); do
			[ -n "$(targets)" ] || break
			sleep 0.1
		done
		orphans=$((orphans + $(targets | wc -l)))
		rm -rf "$copy"
		cp -a "$dir" "$copy"
	else
		kill -STOP $pid
		stopped=$(date +%s%N)
		# Twice: what was born between the look and the signal.
		for _ in 1 2; do
			# shellcheck disable=SC2046
			kill -STOP $(family $pid) 2>/dev/null || true
		done
		rm -rf "$copy"
		cp -a "$dir" "$copy"
		# shellcheck disable=SC2046
		kill -KILL $(family $pid) 2>/dev/null || true
		wait $pid 2>/dev/null || true
	fi
	updated=$(sqlite3 "$copy/goknot.db" "SELECT value FROM meta WHERE key = 'updated_ns'" 2>/dev/null) || true
	[ -n "$updated" ] || { early[$way]=$((early[$way] + 1)); continue; } # the store had not been opened
	status=$("$GOKNOT" status -json "$copy" 2>"$bench/kill.err") || { corrupt[$way]=$((corrupt[$way] + 1)); cat "$bench/kill.err" >&2; continue; }
	[ "$(sqlite3 "$copy/goknot.db" 'PRAGMA integrity_check')" = ok ] || corrupt[$way]=$((corrupt[$way] + 1))
	# What had been said to be found is there, and its crash file is whole.
	while read -r file; do
		found[$way]=$((found[$way] + 1))
		name=$(basename "$file")
		kept=$(jq -r --arg f "$name" 'select(.event == "finding" and .crash_file == $f).state' <<<"$status")
		if [ "$kept" != verified ] || ! tail -1 "$copy/crashes/$name" | grep -q '^end [0-9a-f]\{16\}$'; then
			lost[$way]=$((lost[$way] + 1))
			echo "bench: kill $i: $name is lost" >&2
		fi
	done < <(jq -r 'select(.event == "finding").crash_file' "$bench/kill.json" 2>/dev/null)
	# How old is what the copy knows? Between the start and the first run there is nothing to know.
	started=$(sqlite3 "$copy/goknot.db" "SELECT value FROM meta WHERE key = 'started_ns'")
	age=$(((stopped - (updated > started ? updated : started)) / 1000000))
	[ $age -le 1000 ] || echo "bench: kill $i ($way): what is known is $age ms old" >&2
	worst[$way]=$((age > worst[$way] ? age : worst[$way]))
	late[$way]=$((late[$way] + (age > 1000)))
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

A campaign with two workers is killed (SIGKILL) at a random moment within its first 3.5 seconds, in turn: all that belongs to it at
once, where all is stopped, the directory copied and the rest killed; goknot alone; its workers alone, goknot going on and being killed
0.3 s later as in the first way. Every other campaign goes on where the one before was killed. Of the copy: does it open, does SQLite's
check find anything, are all findings there that had been shown, with whole crash files, and how old is what it knows.
Bound: nothing lost, nothing damaged, at most a second of work.
$resumed of $resumed copies that were to go on did; $orphans processes outlived goknot.

| killed | kills | before the store was opened | findings shown before | lost | damaged stores | oldest, ms | over a second | met |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
for way in "${ways[@]}"; do
	bad=$((lost[$way] + corrupt[$way] + late[$way] + orphans))
	echo "| $way | ${n[$way]} | ${early[$way]} | ${found[$way]} | ${lost[$way]} | ${corrupt[$way]} | ${worst[$way]} | ${late[$way]} | $(met $bad == 0) |"
done
echo
