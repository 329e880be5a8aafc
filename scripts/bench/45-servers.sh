#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Whether runs replay where tests start a whole server and talk to it over loopback: a message broker whose packages seed generators, make keys
# and set timers in their init functions. Runs are replayed in fresh processes whatever they ended in; those audited ran as a campaign
# runs them, many in a process, and then one a process.
# Needs the Go module proxy the first time.
#
# from the environment: BUILD (default build), BENCH_SECONDS (default 30)
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=scripts/bench/modules.bash
. scripts/bench/modules.bash

module=github.com/nats-io/nats-server/v2@v2.10.24
tests='TestAccountMapsUsers$|TestClientSimplePubSub$|TestClientPing$|TestRouteSendLocalSubsWithLowMaxPending$|TestAccountIsolation$'
more='TestAccount|TestClient'
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
fetch_module "$module" "$work/module"

row() { # what, name of the campaign, flags...
	local what=$1 out=$work/$2
	shift 2
	"$GOKNOT" fuzz -C "$work/module" -o "$out" -quiet -json "$@" ./server >"$out.jsonl" 2>"$out.err" || [ $? -eq 1 ] || { cat "$out.err" >&2; exit 3; }
	jq -rs --arg w "$what" 'map(select(.event == "summary"))[0] |
		"| \($w) | \(.targets) | \(.runs) | \(.processes) | \(.audits) | \(.audits_same) | \(.audits_same * 1000 / .audits | round / 10) % | \(.rejected) |"' "$out.jsonl"
}

echo "| $module | tests | runs | processes | audited | replayed the same | share | candidates rejected |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
row "five tests, many runs a process" many -run "$tests" -audit 0.2 -fuzztime "${BENCH_SECONDS:-30}s"
row "the tests of accounts and clients, each once" once -run "$more" -audit 1 -fresh 1 -fuzztime 1x
