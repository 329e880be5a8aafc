#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What a report with a long timeline weighs, and how soon it can be used in headless Chromium. BENCH_LOADS: page loads each (7).
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"

loads=${BENCH_LOADS:-7}
work=$bench/report
mkdir -p "$work"
(cd tests/browser && GOFLAGS='' GOWORK=off "$GO" build -o "$work/browser" .)
rm -rf "$work/campaign"
bench_fuzz "$work/campaign" abba/buggy -seed 1 -first -fuzztime 20s >"$work/found.json"
crash=$(find "$work/campaign/crashes" -name '*.crash')

# When the timeline was drawn since the start of the navigation, how long the answer to a key took, with its frame, and the
# longest frame of sixty that go through all of it: three numbers in ms a load.
measure() { # page
	local i
	for ((i = 0; i < loads; i++)); do
		cat <<COMMANDS
open $1#finding-1
eval new Promise((done) => { const look = () => performance.getEntriesByName("timeline").length ? done(performance.getEntriesByName("timeline")[0].startTime) : setTimeout(look, 5); look(); })
eval new Promise((done) => { const view = document.querySelector("[role=slider]"), t = performance.now(); view.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", bubbles: true})); requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - t))); })
eval new Promise((done) => { const view = document.querySelector("[role=slider]"); let n = 0, longest = 0, last = performance.now(); const frame = () => { const now = performance.now(); longest = Math.max(longest, n > 1 ? now - last : 0); last = now; view.scrollTop = view.scrollHeight * n / 60; n++ < 60 ? requestAnimationFrame(frame) : done(longest); }; requestAnimationFrame(frame); })
COMMANDS
	done | { echo "size 1400 1000" && cat; } | "$work/browser" >"$work/times"
	paste -d ' ' - - - <"$work/times"
}

cat <<TEXT
## Reports

\`goknot report\` on a campaign with one finding whose timeline has that many events (\`tests/lib/long_timeline.awk\`: eight goroutines, a lock, a
channel), and the page in headless Chromium, $loads loads: median (least to most). Interactive: from the start of the navigation until the timeline is
drawn and a key has been answered with a frame. Longest frame: of sixty that scroll through all of it. Bars, for 10,000 events: less than 3 MB, and
interactive in less than 1 s. Load average at the start: $(cut -d ' ' -f 1 /proc/loadavg).

| events | page, KB | pictures (SVG), KB | to write it, ms | interactive, ms | longest frame, ms |
| --- | --- | --- | --- | --- | --- |
TEXT
for events in 100 1000 10000 50000; do
	awk -v events="$events" -v workers=7 -v bucket="$(sed -n 's/^bucket: //p' "$crash")" -v hash="$(sed -n 's/^schedule_hash: //p' "$crash")" -f tests/lib/long_timeline.awk >"${crash%.crash}.timeline.json"
	start=$(date +%s%N)
	"$GOKNOT" report -o "$work/$events.html" "$work/campaign" >"$work/report.out"
	wrote=$((($(date +%s%N) - start) / 1000000))
	"$GOKNOT" report -format svg -o "$work/pictures" "$work/campaign" >>"$work/report.out"
	size=$(stat -c %s "$work/$events.html")
	measure "$work/$events.html" >"$work/loads"
	usable=$(awk '{ printf "%.0f\n", $1 + $2 }' "$work/loads" | spread)
	frame=$(awk '{ printf "%.0f\n", $3 }' "$work/loads" | spread)
	read -r um ul uh <<<"$usable"
	read -r fm fl fh <<<"$frame"
	echo "| $events | $((size / 1024)) | $(du -k "$work/pictures"/*.svg | awk '{ s += $1 } END { print s }') | $wrote | $um ($ul to $uh) | $fm ($fl to $fh) |"
	if [ "$events" = 10000 ]; then bars="less than 3 MB: $(met "$size" '<' 3000000); interactive in less than 1 s, median: $(met "$um" '<' 1000), each load: $(met "$uh" '<' 1000)"; fi
done
echo
echo "10,000 events: $bars."
