#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# goknot report: the page in a real browser (what is hostile stays text, nothing is loaded, keys and screen readers get
# everywhere, long timelines work), its pictures, and directories and files that are not as they should be.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

hostile='</script><script>alert(1)</script>"><img src=http://192.0.2.1/x onerror=alert(2)><svg onload=alert(3)>'
hostile+="' onmouseover='alert(4)' javascript:alert(5) ]]> --> {{7*7}} </title></style></textarea></noscript>"

module m example.org/m
cp -R "$root/seeds/abba/buggy" m/abba
mkdir m/hostile
cat >m/hostile/hostile_test.go <<GO
package hostile

import (
	"sync"
	"testing"
)

func TestHostile(t *testing.T) {
	var mu sync.Mutex
	first := false
	done := make(chan int)
	go func() {
		mu.Lock()
		first = true
		mu.Unlock()
		done <- 1
	}()
	mu.Lock()
	if first {
		panic(\`$hostile\`)
	}
	mu.Unlock()
	<-done
}
GO

# --- a campaign, read while it runs and afterwards ------------------------------------------------------------------

"$GOKNOT" fuzz -C m -o c -seed 1 -fuzztime 8s -fuzzminimizetime 1s -quiet ./... >fuzz.out 2>fuzz.err </dev/null &
fuzzing=$!
on_exit+=("kill $fuzzing 2>/dev/null")
for _ in $(seq 600); do
	if compgen -G 'c/crashes/*.timeline.json' >/dev/null; then break; fi
	sleep 0.1
done
goknot report -o running.html c
expect_rc 0 "report beside a running campaign"
expect "the page of a running campaign says so" grep -q 'still running' running.html
wait "$fuzzing" || true
goknot report c
expect_rc 0 "report"
expect_out 'c/report.html: 2 findings, 2 with a timeline, [0-9]+ KB'
expect "no warning" test ! -s err
goknot report -o - c
expect_rc 0 "report on standard output"
expect "the page, and nothing else" diff <(grep -v "UTC</p>" out) <(grep -v "UTC</p>" c/report.html)
expect_err 'standard output: 2 findings, 2 with a timeline, [0-9]+ KB'
expect "no file is called -" test ! -e ./-
abba=$(cd c/crashes && ls TestABBA-deadlock-*.crash) panic=$(cd c/crashes && ls TestHostile-panic-*.crash)
expect "the command to run it again" grep -q "goknot replay -C m -o c c/crashes/$abba" c/report.html

# --- pictures -------------------------------------------------------------------------------------------------------

goknot report -format svg -o pictures c
expect_rc 0 "pictures"
expect "one picture for each finding" test "$(find pictures -name '*.svg' | wc -l)" -eq 2
expect "named after the crash file" test -s "pictures/${abba%.crash}.svg"
expect "the critical switch is in the picture" grep -q 'k-critical-text.*is stopped before' "pictures/${abba%.crash}.svg"

# --- not as it should be --------------------------------------------------------------------------------------------

goknot report m
expect_refusal 2 'goknot report: m is no campaign directory: it has no goknot.db'
goknot report -format svg -o - c
expect_refusal 2 'goknot report: -o wants a directory: with -format svg each finding has a file of its own'
goknot report missing
expect_refusal 2 'goknot report: missing is no campaign directory: it has no goknot.db'
goknot report c m
expect_refusal 2 'goknot report: one campaign directory, not 2'
goknot report -o missing/x.html c
expect_refusal 2 'goknot report: cannot create missing/x.html: No such file or directory'
goknot report -format svg -o running.html c
expect_refusal 2 'goknot report: .*running.html.*'
cp -R c other
cp "c/crashes/${abba%.crash}.timeline.json" "other/crashes/${panic%.crash}.timeline.json"
goknot report -o other.html other
expect_rc 0 "a timeline of another finding"
expect_err "goknot report: ${panic%.crash}.timeline.json is of another finding, so that this one has no timeline"
expect_out 'other.html: 2 findings, 1 with a timeline, .*'
cp -R c broken
echo '{"format":"goknot timeline","version":1' >"broken/crashes/${abba%.crash}.timeline.json"
echo 'goknot crash 7' >"broken/crashes/$panic"
rm "broken/crashes/${panic%.crash}.timeline.json"
echo nonsense >>broken/plot_data
goknot report -o broken.html broken
expect_rc 0 "files that cannot be read"
expect_err "goknot report: ${abba%.crash}.timeline.json cannot be read, so that the finding has no timeline: .*"
expect_err "goknot report: $panic cannot be read: .*"
expect_err 'goknot report: plot_data: 1 line cannot be read and is not in the curves'
expect_out 'broken.html: 2 findings, 0 with a timeline, .*'
expect "the finding says why" grep -q "class=\"note\">${abba%.crash}.timeline.json cannot be read" broken.html
expect "both findings are listed" test "$(grep -c '<article class="finding"' broken.html)" -eq 2
expect "with what explanation there is" test "$(grep -c 'pre class="explanation"' broken.html)" -eq \
	"$(find broken/crashes -name '*.explanation' | wc -l)"
expect "what is missing is said" grep -q 'No timeline is kept beside this finding' broken.html

# --- hostile texts in every place -----------------------------------------------------------------------------------

# Every text of a timeline that is not one of a list of names becomes the hostile one.
make_hostile() { # file
	jq --arg h "$hostile" '(.package, .test, .verdict, .title, .message, .policy, .go, .proof, .explanation[], .signature[],
		.sites[].file, .sites[].path, .sites[].function, .sites[].expression, .primitives[].name,
		.goroutines[].path, .switches[].text) = $h' "$1" >"$1.new"
	mv "$1.new" "$1"
}
cp -R c evil
make_hostile "evil/crashes/${abba%.crash}.timeline.json"
echo "$hostile" >"evil/crashes/${abba%.crash}.explanation"
make_hostile "evil/crashes/${panic%.crash}.timeline.json"
goknot report -o evil.html evil
expect_rc 0 "hostile timelines"
goknot report -format svg -o evil evil
expect_rc 0 "hostile pictures"

# --- a long one -----------------------------------------------------------------------------------------------------

cp -R c long
bucket_of() { sed -n 's/^bucket: //p' "$1"; }
awk -v events=10000 -v workers=7 -v bucket="$(bucket_of "c/crashes/$abba")" -v hash="$(sed -n "s/^schedule_hash: //p" "c/crashes/$abba")" -f "$root/tests/lib/long_timeline.awk" >"long/crashes/${abba%.crash}.timeline.json"
goknot report -o long.html long
expect_rc 0 "10,000 events"
expect "10,000 events take less than 3 MB" test "$(stat -c %s long.html)" -lt 3000000

# There is an end to what a page takes in; what is left out is told of, and still to be had.
goknot report -timelines 100k -o short.html long
expect_rc 0 "no room for the long one"
expect_out 'short.html: 2 findings, 1 with a timeline, [0-9]+ KB'
expect_err 'goknot report: 1 timeline is not in the page, which has room for 100 KB of them: -timelines makes more'
expect "the page is short" test "$(stat -c %s short.html)" -lt 250000
expect "its explanation is there" test "$(grep -c 'class="explanation"' short.html)" -eq 2
command=$(sed -n 's/.*Its timeline, [0-9]* KB, is not in this page, which has room for 100 KB of them: goknot \(.*\) writes it for ui.perfetto.dev.*/\1/p' short.html)
# shellcheck disable=SC2086 # a command line
goknot $command
expect_rc 0 "the command that shows it: $command"
expect "the long one" test "$(jq '.traceEvents | length' out)" -gt 5000
goknot report -timelines 100k -format svg -o allpictures long
expect_rc 0 "all are drawn"
expect "pictures have room" test "$(find allpictures -name '*.svg' | wc -l)" -eq 2
goknot report -timelines much long
expect_refusal 2 'goknot report: -timelines .*'

# --- in a browser ---------------------------------------------------------------------------------------------------

(cd "$root/tests/browser" && GOFLAGS='' GOWORK=off "$GO" build -o "$work/browser" .)
browse() { # lines of commands on standard input; answers go to the file out
	rc=0
	last=browse
	timeout -k 5 90 "$work/browser" >"$work/out" 2>"$work/err" || rc=$?
}
answer() { sed -n "$1p" out; }
answers() { # number of the first answer, wanted...
	local i=$1 wanted
	shift
	for wanted in "$@"; do
		checks=$((checks + 1))
		[ "$(answer "$i")" = "$wanted" ] || failed "answer $i: $(answer "$i" | cut -c 1-300), wanted $wanted"
		i=$((i + 1))
	done
}

echo '<script>console.log("x")</script><img src="http://192.0.2.1/x" onerror="alert(1)">' >control.html
browse <<'B'
open control.html
eval new Promise((done) => setTimeout(done, 300))
requests
complaints
B
if [ "$rc" -eq 77 ]; then
	skip "the page in a browser" "there is no chromium here"
	done_testing
	exit 0
fi
expect_rc 0 "the control"
# That what is looked for below would be seen.
expect "a request is seen" grep -qF 'http://192.0.2.1/x' <<<"$(answer 2)"
expect "a message is seen" grep -qF 'console' <<<"$(answer 3)"

inert='[window.name, document.querySelectorAll("img, iframe, object, embed, form, base, link").length,
	[...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => /^on/.test(a.name))).length,
	[...document.querySelectorAll("[href], [src]")].filter((e) => !(e.getAttribute("href") || "").startsWith("#")).length,
	[...document.scripts].filter((s) => s.type !== "application/json").length]'
inert=${inert//[$'\n\t']/ }
wait_drawn='new Promise((done) => { const look = () => document.querySelector("canvas") ? done("drawn") : setTimeout(look, 20); look(); })'
browse <<B
size 1200 900
open c/report.html
eval $wait_drawn
eval $inert
eval document.querySelectorAll(".finding").length
eval document.querySelector(".message").textContent.includes("</script><script>alert(1)")
requests
complaints
open evil.html
eval [...document.querySelectorAll(".timeline-section")].forEach((s) => s.scrollIntoView())
eval $wait_drawn
eval document.querySelectorAll("details").forEach((d) => { d.open = true; })
eval new Promise((done) => setTimeout(done, 300))
eval $inert
eval document.querySelector("option:nth-child(2)").textContent.startsWith("</script><script>alert(1)")
eval document.querySelector(".rows tbody td:nth-child(3)").textContent.includes("onerror=alert(2)") || document.querySelector(".rows tbody").textContent.includes("onerror=alert(2)")
requests
complaints
open evil/${abba%.crash}.svg
eval document.querySelectorAll("script, img, image, foreignObject, a").length
eval document.documentElement.textContent.includes("</script><script>alert(1)")
requests
complaints
B
expect_rc 0 "the pages in a browser"
answers 1 '"drawn"' '["",0,0,0,1]' 2 true '[]' '[]'
answers 7 null '"drawn"' null null '["",0,0,0,1]' true true '[]' '[]'
answers 16 0 true '[]' '[]'

# Keys alone lead to the timeline, through it, and to the critical switch; what is read out goes along.
value='document.activeElement.getAttribute("aria-valuenow")'
browse <<B
size 1200 900
open long.html#finding-1
eval $wait_drawn
eval performance.getEntriesByName("timeline").length > 0
eval document.querySelector(".timeline-section h3").textContent
eval (async () => { for (const e of document.querySelectorAll("a, button, select, summary, input, [tabindex]")) if (!e.textContent.trim() && !e.getAttribute("aria-label") && !e.labels?.length && !e.getAttribute("aria-labelledby")) return e.outerHTML; return "all named"; })()
eval document.querySelector(".controls button").focus()
key Tab
key Tab
key Tab
key Tab
key Tab
key Tab
eval document.activeElement.getAttribute("role")
eval getComputedStyle(document.activeElement).outlineStyle
key Home
eval $value
key ArrowDown
key ArrowDown
eval $value
eval document.activeElement.getAttribute("aria-valuetext").replace(/ [^ ]*s$/, "")
key End
eval $value === document.activeElement.getAttribute("aria-valuemax")
key c
eval document.activeElement.getAttribute("aria-valuetext").startsWith("critical switch: G1 is stopped before lock long.go:70")
key 0
eval document.activeElement.scrollHeight <= document.activeElement.clientHeight + 20
key +
key Home
key ArrowDown shift
eval document.activeElement.getAttribute("aria-valuetext").startsWith("G0 ")
eval document.activeElement.getAttribute("aria-valuemax") > 8000
eval (() => { const s = document.querySelector("select"); s.value = "3"; s.dispatchEvent(new Event("change")); return document.querySelector("[role=slider]").getAttribute("aria-valuemax"); })()
eval (() => { const s = document.querySelector("select"); s.value = "-1"; s.dispatchEvent(new Event("change")); document.querySelector(".popup button:nth-child(2)").click(); document.querySelectorAll(".lanes input")[3].click(); return document.querySelector(".choice summary").textContent; })()
eval (() => { const t = document.querySelector(".rows"); t.open = true; return new Promise((done) => setTimeout(() => done([t.querySelectorAll("tbody tr").length, [...new Set([...t.querySelectorAll("tbody td:nth-child(2)")].map((e) => e.textContent))].join()]), 100)); })()
eval document.querySelector(".details").textContent.match(/^Row [0-9]+ of [0-9]+: G3 /) !== null
complaints
B
expect_rc 0 "keys"
answers 1 '"drawn"' true '"Timeline"' '"all named"' null '"slider"' '"solid"' '"1"' '"3"'
answers 10 '"G0 go p.n, creates G3, at long.go:10 in long.work, atomic 2, step 3, virtual time 0.4"' true true true true true
answers 16 '"3"' '"Goroutines: 1 of 8"' '[100,"G3"]' true '[]'

# Colours follow the reader; without scripts there is all but the canvas.
browse <<B
open c/report.html
media light
eval getComputedStyle(document.body).backgroundColor
media dark
eval getComputedStyle(document.body).backgroundColor
scripts off
open c/report.html
eval [document.querySelectorAll("noscript svg").length, document.querySelectorAll(".explanation").length, document.querySelectorAll("#tests tbody tr").length]
complaints
size 360 700
eval document.documentElement.scrollWidth <= 360
B
expect_rc 0 "colours, and no scripts"
answers 1 '"rgb(255, 255, 255)"' '"rgb(18, 22, 29)"' '[2,2,2]' '[]' true
done_testing
