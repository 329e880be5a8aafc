#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot record on an HTTP server under load: what it costs, what is lost, and whether all changes of goroutine are seen.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd scripts/bench/record && "$GO" build -o "$work/server" .)
if ! "$GOKNOT" record -o "$work/try.rec" -- "$work/server" serve </dev/null >"$work/out" 2>"$work/err"; then
	echo "bench: left out: $(cat "$work/err")" >&2
	exit 0
fi

# Nanoseconds of CPU time of all threads of a process.
cpu_of() { cat /proc/"$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'; }

# Requests a second, answers that were wrong, CPU nanoseconds of clients, server and goknot, seconds.
serve() { # seconds, clients, path, command...
	local length=$1 clients=$2 path=$3 holder server pid
	shift 3
	rm -f "$work/in" "$work/addr"
	mkfifo "$work/in"
	sleep 1000 >"$work/in" &
	holder=$!
	"$@" <"$work/in" >"$work/addr" 2>"$work/err" &
	server=$!
	until [ -s "$work/addr" ]; do sleep 0.02; done
	pid=$(pgrep -P "$server" || echo "$server")
	"$work/server" load -addr "$(cat "$work/addr")" -for "$length" -n "$clients" -path "$path" | tr '\n' ' '
	if [ "$pid" = "$server" ]; then echo "$(cpu_of "$pid") 0 ${length%s}"; else echo "$(cpu_of "$pid") $(cpu_of "$server") ${length%s}"; fi
	kill "$holder"
	wait "$server" || { echo "bench: the server ended with exit code $?" >&2; exit 3; }
	wait "$holder" 2>/dev/null || true
}

cat <<'TEXT'
## goknot record on a server

An HTTP server (net/http: a map behind a mutex, a goroutine that writes down) and its clients, both on this machine. Requests a second,
median of the rounds (ten) of which each runs the server once by itself and once recorded; ratio and spread are of the rounds. CPU:
microseconds a request of server, clients and goknot together, and what they were by themselves of what they are recorded; that
hardly depends on what else the machine does. Lost: events of all rounds; wrong: answers.

| answer | clients | by itself | recorded | ratio | spread | CPU by itself | CPU recorded | ratio | of it goknot | events a request | lost | wrong |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
row() { # what, clients, path, flags of goknot record...
	local what=$1 clients=$2 path=$3
	shift 3
	for ((round = 0; round < ${BENCH_ROUNDS:-10}; round++)); do
		plain=$(serve "${seconds}s" "$clients" "$path" "$work/server" serve)
		recorded=$(serve "${seconds}s" "$clients" "$path" "$GOKNOT" record "$@" -o "$work/run.rec" -- "$work/server" serve)
		lost=$("$GOKNOT" list -trace "$work/run.rec" | sed -n 's/^# lost: \([0-9]*\) of \([0-9]*\).*/\1 \2/p')
		# rate wrong clients server goknot seconds, twice; lost events
		echo "$plain $recorded $lost" | awk '{
			a = ($3 + $4) / ($1 * $6) / 1000; b = ($9 + $10 + $11) / ($7 * $12) / 1000
			print $1, $7, $7 / $1, a, b, a / b, $11 / ($7 * $12) / 1000, $14 / ($7 * $12), $13, $2 + $8 }'
	done >"$work/rounds"
	for column in 1 2 3 4 5 6 7 8; do
		cut -d ' ' -f $column "$work/rounds" | spread
	done | paste -sd ' ' | awk -v what="$what" -v clients="$clients" \
		-v sums="$(awk '{ lost += $9; wrong += $10 } END { print lost, wrong }' "$work/rounds")" '{
		split(sums, s)
		printf "| %s | %d | %.0f | %.0f | %.2f | %.2f to %.2f | %.1f | %.1f | %.2f | %.1f | %.1f | %d | %d |\n",
			what, clients, $1, $4, $7, $8, $9, $10, $13, $16, $19, $22, s[1], s[2] }'
}
row 'a page (template of 50 rows, gzip)' 16 /page
row 'a page' 128 /page
row 'JSON of 40 bytes' 16 /
row 'JSON' 128 /
row 'JSON, -skip syscall,syscall-end' 16 / -skip syscall,syscall-end

cat <<'TEXT'

The same server recorded and traced by its own runtime (runtime/trace) at once, 16 clients for a second: of the goroutines that began and ended
under both, how often they were switched to, and waited.

| goroutines | switches, tracer | switches, record | waits, tracer | waits, record | goroutines that differ |
| --- | --- | --- | --- | --- | --- |
TEXT
for _ in 1 2 3; do
	serve 1s 16 / "$GOKNOT" record -o "$work/run.rec" -- "$work/server" serve -trace "$work/run.trace" >/dev/null
	"$GO" tool trace -d=parsed "$work/run.trace" >"$work/trace.txt"
	"$GOKNOT" list -json -trace "$work/run.rec" >"$work/list.json"
	python3 scripts/bench/record/compare.py "$work/trace.txt" "$work/list.json" |
		awk '{ printf "| %d | %d | %d | %d | %d | %d |\n", $1, $2, $3, $4, $5, $6 }'
done
