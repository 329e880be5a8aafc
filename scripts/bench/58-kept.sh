#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot test with 100 schedules over ten packages: what the replays take behind the build. The packages are bundled
# programs, with the bug and without it; each has ten schedules, of ten campaigns.
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

work=$bench/kept
rm -rf "$work/m"
mkdir -p "$work/m"
printf 'module goknot.example/kept\n\ngo 1.23\n' >"$work/m/go.mod"
names=(abba closerace containermonitor contextleak doublelock lostsignal missingunlock negativewg oncecycle sendclosed)
for name in "${names[@]}"; do
	mkdir -p "$work/m/$name"
	cp "$root/seeds/$name/buggy/"*.go "$work/m/$name/"
	sed -i "s/^package .*/package $name/; s|goknot.example/seeds/$name/buggy|goknot.example/kept/$name|" "$work/m/$name/"*.go
done
for seed in $(seq 10); do
	rm -rf "$work/campaign/goknot.db"* "$work/campaign/"{crashes,corpus}
	rc=0
	"$GOKNOT" fuzz -C "$work/m" -o "$work/campaign" -json -quiet -parallel 1 -seed "$seed" -fuzztime 20000x ./... >"$work/out" || rc=$?
	[ "$rc" -eq 1 ] || { echo "bench: fuzzing ended with exit code $rc" >&2 && exit 3; }
	while read -r package test file; do
		mkdir -p "$work/m/${package##*/}/testdata/goknot/$test"
		cp "$file" "$work/m/${package##*/}/testdata/goknot/$test/$seed-$(basename "$file")"
	done < <(jq -r 'select(.event == "finding") | "\(.package) \(.test) \(.crash_file)"' "$work/out")
done

measure() { # what is said of the code
	local rc=0
	"$GOKNOT" test -C "$work/m" -o "$work/build" -json ./... >"$work/out" || rc=$?
	[ "$rc" -le 1 ] || { echo "bench: goknot test ended with exit code $rc" >&2 && exit 3; }
	jq -rs --arg what "$1" '.[-1] | "| \($what) | \(.schedules) | \(.reproduced) | \(.fixed) | \(.diverged) | \(.build_seconds * 10 | round / 10) | \(.replay_seconds * 100 | round / 100) | \(if .replay_seconds < 5 then "yes" else "**missed**" end) |"' "$work/out"
}

cat <<TEXT
## Schedules kept beside the code

\`goknot test\` over ten packages, each file replayed once in a process of its own, and where the code has changed followed into two continuations. Bar: under 5 s behind the build.
Load average at the start: $(cut -d ' ' -f 1 /proc/loadavg).

| code | schedules | reproduced | fixed | diverged | build, s | replays, s | met |
| --- | --- | --- | --- | --- | --- | --- | --- |
TEXT
measure 'with the bugs, first build'
measure 'with the bugs, built before'
for name in "${names[@]}"; do
	rm "$work/m/$name/"*.go
	cp "$root/seeds/$name/fixed/"*.go "$work/m/$name/"
	sed -i "s/^package .*/package $name/; s|goknot.example/seeds/$name/fixed|goknot.example/kept/$name|" "$work/m/$name/"*.go
done
measure fixed
