#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The proof of the instrumenter on eight real modules: the tables "Operations" and "Test suites" of docs/instrumenter.md.
# Per module: an independent count of the operations against the site table; the test suite stock three times, then
# instrumented and not attached (the binaries that goknot built, run by themselves), then attached, natively, without any
# policy (every test once, in a process of its own). A test that passes stock three times has to pass both.
# Needs the Go module proxy the first time, sqlite3, and a C compiler for one module.
#
# usage: modules-proof.sh [module...]   (its path or the end of it)
# from the environment: BUILD (default build), KEEP (a directory for logs and campaigns, which are taken up again; else
# they go), STOCK (stock runs, default 3)
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=scripts/bench/modules.bash
. scripts/bench/modules.bash

work=${KEEP:-$(mktemp -d "${TMPDIR:-/tmp}/goknot-proof.XXXXXX")}
[ -n "${KEEP:-}" ] || trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
mkdir -p "$work"
work=$(realpath "$work")
stock=${STOCK:-3}
failures=0
trap 'trap - TERM; kill $(jobs -p) 2>/dev/null' TERM

# What the whole suite of a module would need for longer than some minutes is left out here, as docs/instrumenter.md says.
# shellcheck source=scripts/bench/modules-list.bash
. scripts/bench/modules-list.bash

is_wanted() { # name
	local w
	[ ${#wanted[@]} -gt 0 ] || return 0
	for w in "${wanted[@]}"; do
		case /$1 in */"$w") return 0 ;; esac
	done
	return 1
}

passed() { jq -r 'select(.Action == "pass" and .Test != null) | "\(.Package) \(.Test)"' "$1" | sort -u; }

stock_runs() { # out; in the module's directory, with flags and packages
	local i
	for ((i = 1; i <= stock; i++)); do
		[ -s "$1/stock$i" ] || go test -json -count=1 -vet=off -timeout 20m "${flags[@]}" "${packages[@]}" >"$1/stock$i" \
			2>"$1/stock$i.err" || true
		passed "$1/stock$i" >"$1/stock$i.passed"
	done
	cp "$1/stock1.passed" "$1/stock.passed"
	for ((i = 2; i <= stock; i++)); do
		comm -12 "$1/stock.passed" "$1/stock$i.passed" >"$1/both"
		mv "$1/both" "$1/stock.passed"
	done
}

attached_run() { # out
	local rc=0
	[ ! -s "$1/on.jsonl" ] || return 0
	"$GOKNOT" fuzz -C . -o "$1/campaign" -json -quiet -sched native -policy none -parallel 1 -timeout 10m -memory 12g -fuzztime 1x \
		"${flags[@]}" "${packages[@]}" >"$1/on.part" 2>"$1/on.err" || rc=$?
	[ "$rc" -le 1 ] || { cat "$1/on.err" >&2; return 1; }
	mv "$1/on.part" "$1/on.jsonl"
}

# Ends of wire/abi.h: 1 passed, 10 skipped; a leak (4) is told of a test that passed.
attached_ends() { # out, ends
	sqlite3 "$1/campaign/goknot.db" "SELECT DISTINCT b.import_path || ' ' || t.test FROM targets t
		JOIN builds b ON b.id = t.build JOIN run_ends e ON e.target = t.id WHERE e.end_kind IN ($2)" | sort -u
}

unattached_run() { # out
	local dir package bin
	if [ ! -s "$1/off" ]; then
		while read -r package dir; do
			bin=$1/campaign/build/bin/${package//\//+}.test
			[ -x "$bin" ] || { echo "$package does not build" >>"$1/unbuilt"; continue; }
			(cd "$dir" && go tool test2json -p "$package" "$bin" -test.v=test2json -test.paniconexit0 -test.timeout 20m \
				"${flags[@]/#-/-test.}" 2>&1) || true
		done < <(jq -r '.packages[] | select(.tests | length > 0) | "\(.path) \(.dir)"' "$1/campaign/build/tests.json") >"$1/off.part"
		mv "$1/off.part" "$1/off"
	fi
	passed "$1/off" >"$1/off.passed"
}

# A test that failed once on a busy machine, or that needs others before it, says nothing yet. Sorts the missed ones: those
# that fail stock as well when they run alone, those that pass three times of three both ways when they run again (the busy
# machine), and defects.
again() { # out, off|on
	local package test top dir bin i bad
	: >"$1/$2.alone"
	: >"$1/$2.busy"
	: >"$1/$2.defect"
	while read -r package test; do
		top=${test%%/*} bad=''
		dir=$(jq -r --arg p "$package" '.packages[] | select(.path == $p) | .dir' "$1/campaign/build/tests.json")
		bin=$1/campaign/build/bin/${package//\//+}.test
		if ! (cd "$dir" && go test -count=3 -vet=off -timeout 10m "${flags[@]}" -run "^$top\$" . >/dev/null 2>&1); then
			echo "$package $test" >>"$1/$2.alone"
			continue
		fi
		for i in 1 2 3; do
			if [ "$2" = off ]; then
				(cd "$dir" && "$bin" -test.paniconexit0 "${flags[@]/#-/-test.}" -test.run "^$top\$" >/dev/null 2>&1) || bad=$i
			else
				"$GOKNOT" fuzz -C "$dir" -o "$1/again-$i" -quiet -json -sched native -policy none -parallel 1 -timeout 10m -memory 12g -fuzztime 1x \
					"${flags[@]}" -run "^$top\$" . >/dev/null 2>&1 || true
				[ "$(sqlite3 "$1/again-$i/goknot.db" "SELECT count(*) FROM run_ends WHERE end_kind NOT IN (1, 4)")" = 0 ] || bad=$i
				rm -rf "$1/again-$i"
			fi
		done
		if [ -n "$bad" ]; then echo "$package $test" >>"$1/$2.defect"; else echo "$package $test" >>"$1/$2.busy"; fi
	done <"$1/$2.missed"
}

# Of all packages of the module, whichever of them the suites below are.
operations() { # name, out
	go list -e -json -deps -test -export ./... >"$2/list"
	"$2/campaign/build/helper" rewrite -out "$2/rewritten" -sites "$2/sites.json" -overlay "$2/overlay.json" -tests "$2/tests.json" <"$2/list"
	rm -rf "$2/rewritten"
	"$bench/opcount" "$2/sites.json" <"$2/list" 2>"$2/lost" >"$2/operations" || true
	jq -r --arg n "$1" '"| \($n) | \(.lines_own) | \(.lines_deps) | \(.operations) | \(.hooked) | \(.unplaced) | \(.lost) | \(.unknown) | \(.hooked * 10000 / .operations | floor / 100) % |"' "$2/operations" >"$2/operations.row"
}

suite() { # name, out
	local way cells=()
	touch "$2/unbuilt"
	attached_ends "$2" 1,4 >"$2/on.passed"
	attached_ends "$2" 0,1,2,3,4,5,6,7,8,9,10,11 >"$2/on.run"
	grep -v ' .*/' "$2/stock.passed" >"$2/stock.top" || true
	comm -12 "$2/stock.top" "$2/on.run" >"$2/on.both"
	comm -23 "$2/on.both" "$2/on.passed" >"$2/on.missed"
	comm -23 "$2/stock.passed" "$2/off.passed" >"$2/off.missed"
	for way in off on; do
		again "$2" "$way"
		cells+=(" $(wc -l <"$2/$way.missed") | $(wc -l <"$2/$way.alone") | $(wc -l <"$2/$way.busy") | $(wc -l <"$2/$way.defect") |")
		[ ! -s "$2/$way.defect" ] || { failures=$((failures + 1)); sed "s/^/hooks $way, failed: /" "$2/$way.defect" >&2; }
	done
	[ ! -s "$2/unbuilt" ] || { failures=$((failures + 1)); cat "$2/unbuilt" >&2; }
	echo "| $1 | $(jq '[.packages[] | select(.tests | length > 0)] | length' "$2/campaign/build/tests.json") | $(wc -l <"$2/unbuilt") |" \
		"$(wc -l <"$2/stock.passed") |${cells[0]} $(wc -l <"$2/on.both") |${cells[1]}" >"$2/suite.row"
}

wanted=("$@")
(cd scripts/bench/opcount && go build -o "$bench/opcount" .)
names=()
for entry in "${proof_modules[@]}"; do
	IFS='|' read -r module flag_words package_words <<<"$entry"
	name=${module%@*}
	is_wanted "$name" || continue
	names+=("$module")
	read -ra flags <<<"$flag_words"
	read -ra packages <<<"$package_words"
	out=$work/${name//\//_}
	mkdir -p "$out"
	[ -e "$out/module/go.mod" ] || fetch_module "$module" "$out/module"
	cd "$out/module"
	attached_run "$out" || { failures=$((failures + 1)); cd "$root"; continue; }
	operations "$module" "$out"
	stock_runs "$out"
	unattached_run "$out"
	suite "$module" "$out"
	cd "$root"
done
[ ${#names[@]} -gt 0 ] || { echo "modules-proof: no module of ${wanted[*]} is in modules-list.bash" >&2; exit 2; }
echo "| module | its lines | lines of its dependencies | operations | hooked | reported with a reason | lost | made up | hooked |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for m in "${names[@]}"; do cat "$work/$(sed 's|@.*||; s|/|_|g' <<<"$m")/operations.row" || true; done
echo
echo "| module | packages with tests | do not build | tests and subtests that pass stock $stock times | hooks off: failed | alone stock, too | not again | defects |" \
	"tests run with hooks on | failed | alone stock, too | not again | defects |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for m in "${names[@]}"; do cat "$work/$(sed 's|@.*||; s|/|_|g' <<<"$m")/suite.row" || true; done
[ "$failures" -eq 0 ]
