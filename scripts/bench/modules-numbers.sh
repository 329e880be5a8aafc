#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What instrumenting costs on real modules: the tables "Speed", "Size", "Start" and "Running" of docs/instrumenter.md.
# Reads what scripts/bench/modules-proof.sh has left, which must have run with the same KEEP.
#
# usage: KEEP=dir modules-numbers.sh [speed|size|start|off|on...]
# from the environment: BUILD (default build), KEEP, PAIRS (alternating runs of stock and instrumented, default 10; of each
# layout for off), LAYOUTS (of the functions in a binary, for off; default 12)
# shellcheck source=scripts/bench/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=scripts/bench/modules.bash
. scripts/bench/modules.bash
# shellcheck source=scripts/bench/modules-list.bash
. scripts/bench/modules-list.bash

work=$(realpath "${KEEP:?the directory that modules-proof.sh has filled}")
pairs=${PAIRS:-10}
layouts=${LAYOUTS:-12}
numbers=$work/numbers
mkdir -p "$numbers"

# Modules that have been proven: "module directory" lines.
proven() {
	local entry name
	for entry in "${proof_modules[@]}"; do
		name=${entry%%@*}
		if [ -s "$work/${name//\//_}/operations" ]; then echo "${entry%%|*} $work/${name//\//_}"; fi
	done
}

# Seconds of CPU, of the process and of what it waited for.
cpu_of() { # command...; what it prints goes to standard error
	local TIMEFORMAT='%U %S'
	{ time "$@" >&2 2>/dev/null; } 2>&1 | awk '{ print $1 + $2 }'
}

# What the helper is given in a start: the fields that the driver asks for.
driver_list() { # module's directory
	local fields
	fields=$(sed -n '/"-json=/,/}/p' instrument/driver.c | tr -d '\n\t" };')
	(cd "$1/module" && go list -e -deps "$fields" -test -export ./...) >"$numbers/list"
}

speed() {
	echo "| module | lines | CPU s: median of 5 (smallest to greatest) | lines per second and core | >= 100,000 |"
	echo "| --- | --- | --- | --- | --- |"
	local module dir i lines median least most rate
	while read -r module dir; do
		mkdir -p "$numbers/rewrite"
		driver_list "$dir"
		for i in 1 2 3 4 5; do
			cpu_of "$dir/campaign/build/helper" rewrite -out "$numbers/rewrite/$i" -sites "$numbers/s$i" -overlay "$numbers/o$i" -tests "$numbers/t$i" <"$numbers/list"
		done | spread >"$numbers/speed"
		rm -rf "$numbers"/rewrite "$numbers"/[sot][1-5]
		read -r median least most <"$numbers/speed"
		lines=$(jq .lines_own "$dir/operations")
		rate=$(awk -v l="$lines" -v m="$median" 'BEGIN { printf "%d", l / m }')
		echo "| $module | $lines | $median ($least to $most) | $rate | $(met "$rate" '>=' 100000) |"
	done < <(proven)
}

# Stock test binaries beside goknot's, under the same names.
stock_binaries() { # module's directory
	local package bin
	[ ! -e "$1/stock-bin/.done" ] || return 0
	mkdir -p "$1/stock-bin"
	while read -r package; do
		bin=${package//\//+}.test
		(cd "$1/module" && go test -c -vet=off -buildvcs=false -o "$1/stock-bin/$bin" "$package" 2>/dev/null) || true
	done < <(jq -r '.packages[] | select(.tests | length > 0) | .path' "$1/campaign/build/tests.json")
	touch "$1/stock-bin/.done"
}

size() {
	echo "| module | test binaries | MB stock | MB instrumented | ratio | greatest of one | <= 1.3 |"
	echo "| --- | --- | --- | --- | --- | --- | --- |"
	local module dir bin a b ratio
	while read -r module dir; do
		stock_binaries "$dir"
		for bin in "$dir"/campaign/build/bin/*.test; do
			[ -e "$dir/stock-bin/${bin##*/}" ] || continue
			a=$(stat -Lc %s "$dir/stock-bin/${bin##*/}")
			b=$(stat -Lc %s "$bin")
			echo "$a $b"
		done | awk '{ a += $1; b += $2; n++; if ($2 / $1 > most) most = $2 / $1 }
			END { printf "%d %.1f %.1f %.3f %.3f\n", n, a / 1e6, b / 1e6, b / a, most }' >"$numbers/size"
		ratio=$(cut -d ' ' -f 5 "$numbers/size")
		echo "| $module | $(sed 's/ / | /g' "$numbers/size") | $(met "$ratio" '<=' 1.3) |"
	done < <(proven)
}

# Seconds of the wall clock, and of CPU, appended to file.wall and file.cpu.
timed() { # file, command...
	local TIMEFORMAT='%R %U %S' file=$1 wall user sys
	shift
	read -r wall user sys < <({ time "$@" >/dev/null 2>&1; } 2>&1 || true)
	echo "$wall" >>"$file.wall"
	awk -v u="$user" -v s="$sys" 'BEGIN { print u + s }' >>"$file.cpu"
}

# As goknot does: one go command for all test binaries, but those of one name.
stock_tests() { # lines "group package"
	local group packages
	while read -r group; do
		mapfile -t packages < <(sed -n "s/^$group //p" "$1")
		go test -c -vet=off -buildvcs=false -o "$numbers/start/$group/" "${packages[@]}"
	done < <(cut -d ' ' -f 1 "$1" | sort -un)
}

# A start that finds everything built: all of goknot's before the first run, and go test -c, which links what it finds up to
# date no more than goknot does. The clock tells little on a busy machine, where only the CPU time means something.
start() {
	echo "| module | packages | go test -c, s: median of 5 (CPU) | goknot, s: median of 5 (CPU) | adds s (CPU) | < 1 |"
	echo "| --- | --- | --- | --- | --- | --- |"
	local module dir entry i packages flags way a b c
	for entry in "${proof_modules[@]}"; do
		IFS='|' read -r module flags packages <<<"$entry"
		dir=$work/$(sed 's|@.*||; s|/|_|g' <<<"$module")
		[ -s "$dir/operations" ] || continue
		rm -rf "$numbers"/start "$numbers"/start.*
		mkdir -p "$numbers/start"
		jq -r '.packages[] | select(.tests | length > 0) | .path' "$dir/campaign/build/tests.json" |
			awk -F / '{ name = $NF ~ /^v[0-9]+$/ ? $(NF - 1) : $NF; print seen[name]++, $0 }' >"$numbers/groups"
		cd "$dir/module"
		for i in 0 1 2 3 4 5; do
			# The first ones build.
			[ "$i" -ne 1 ] || rm -f "$numbers"/start.*
			timed "$numbers/start.stock" stock_tests "$numbers/groups"
			# shellcheck disable=SC2086 # words
			timed "$numbers/start.goknot" "$GOKNOT" fuzz -o "$dir/campaign-start" -json -quiet -sched native -policy none -parallel 1 -fuzztime 1ms $flags $packages
		done
		cd "$root"
		for way in wall cpu; do
			a=$(spread <"$numbers/start.stock.$way" | cut -d ' ' -f 1)
			b=$(spread <"$numbers/start.goknot.$way" | cut -d ' ' -f 1)
			echo "$a $b $(awk -v a="$a" -v b="$b" 'BEGIN { print b - a }')"
		done >"$numbers/start.sum"
		c=$(head -n 1 "$numbers/start.sum" | cut -d ' ' -f 3)
		echo "| $module | $(jq '[.packages[] | select(.tests | length > 0)] | length' "$dir/campaign-start/build/tests.json") |" \
			"$(paste -d ' ' - - <"$numbers/start.sum" | awk '{ printf "%s (%s) | %s (%s) | %.2f (%.2f)", $1, $4, $2, $5, $3, $6 }') | $(met "$c" '<' 1) |"
	done
}

# Of the ratios on standard input: median, and between which two of them the median of all such ratios lies with 95 % or
# more: those of rank n/2 -+ 0.98 sqrt(n), by the normal approximation of the binomial distribution.
ratio_row() {
	sort -g | awk '{ v[NR] = $1 } END { lo = int(NR / 2 - 0.98 * sqrt(NR)); if (lo < 1) lo = 1
		printf "%+.1f %% (%+.1f to %+.1f)", 100 * ((v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 - 1), 100 * (v[lo] - 1), 100 * (v[NR + 1 - lo] - 1) }'
}

user_seconds() { # directory, binary, benchmark, iterations
	local TIMEFORMAT=%U
	(cd "$1" && { time "$2" -test.run '^$' -test.bench "$3" -test.benchtime "$4" >/dev/null 2>&1; } 2>&1)
}

# package|benchmark|iterations: half a second to some seconds each
off_benchmarks=(
	'github.com/go-chi/chi/v5|BenchmarkMux$|100000x'
	'github.com/go-chi/chi/v5|BenchmarkTreeGet|5000000x'
	'storj.io/drpc/drpcpool|BenchmarkPool|4000000x'
	'github.com/panjf2000/ants/v2|BenchmarkParallelAntsPoolThroughput|300000x'
	'github.com/nats-io/nats.go|BenchmarkHeaderDecode|150000x'
	'github.com/cockroachdb/pebble/internal/cache|BenchmarkCacheGet|5000000x'
	'github.com/cockroachdb/pebble/record|BenchmarkRecordWrite/size=4096|4500000x'
	'github.com/mattn/go-sqlite3|BenchmarkSuite/BenchmarkQuery$|300000x'
)

module_dir_of() { # package; the module's directory in work, "" when it has not been proven
	local module dir
	while read -r module dir; do
		case $1/ in "${module%@*}"/*) echo "$dir" ;; esac
	done < <(proven)
}

# Where the linker puts a function may cost more than a hook: a random order of the functions, the k-th of them.
layout_binaries() { # module's directory, package, k; numbers/layout.a and .b
	local bin=${2//\//+}.test
	(cd "$1/module" && GOFLAGS=-ldflags=-randlayout=$3 go test -c -vet=off -buildvcs=false -o "$numbers/layout.a" "$2")
	(cd "$1/module" && GOFLAGS=-ldflags=-randlayout=$3 "$GOKNOT" fuzz -o "$numbers/layout" -quiet -sched native -policy none -parallel 1 \
		-short -fuzztime 1ms "$2" >/dev/null 2>&1) || case $? in 1 | 4) ;; *) return 1 ;; esac # 4: no run has ended
	cp -L "$numbers/layout/build/bin/$bin" "$numbers/layout.b"
}

off_pairs() { # directory, benchmark, iterations; appends to numbers/off.a, .b and the layout's ratios
	local i a b
	rm -f "$numbers/off.r"
	for ((i = 0; i < pairs; i++)); do
		# The machine's pace drifts: who goes first takes turns.
		[ $((i % 2)) -eq 0 ] || b=$(user_seconds "$1" "$numbers/layout.b" "$2" "$3")
		a=$(user_seconds "$1" "$numbers/layout.a" "$2" "$3")
		[ $((i % 2)) -eq 1 ] || b=$(user_seconds "$1" "$numbers/layout.b" "$2" "$3")
		echo "$a" >>"$numbers/off.a"
		echo "$b" >>"$numbers/off.b"
		awk -v a="$a" -v b="$b" 'BEGIN { print b / a }' >>"$numbers/off.r"
	done
	spread <"$numbers/off.r" | cut -d ' ' -f 1 >>"$numbers/off.layouts"
}

off() {
	echo "| package | benchmark | user s stock: median | user s hooks off: median | difference: median of $layouts layouts (interval) | <= 2 % |"
	echo "| --- | --- | --- | --- | --- | --- |"
	local entry package name times dir src k r
	for entry in "${off_benchmarks[@]}"; do
		IFS='|' read -r package name times <<<"$entry"
		dir=$(module_dir_of "$package")
		[ -n "$dir" ] || continue
		src=$(jq -r --arg p "$package" '.packages[] | select(.path == $p) | .dir' "$dir/campaign/build/tests.json")
		rm -rf "$numbers"/off.* "$numbers"/layout*
		for ((k = 1; k <= layouts; k++)); do
			layout_binaries "$dir" "$package" "$k"
			off_pairs "$src" "$name" "$times"
		done
		r=$(ratio_row <"$numbers/off.layouts")
		echo "| $package | \`$name\` $times | $(spread <"$numbers/off.a" | cut -d ' ' -f 1) | $(spread <"$numbers/off.b" | cut -d ' ' -f 1) |" \
			"$r | $(met "${r%% *}" '<=' 2) |"
	done
}

# A pipeline, a fan-out and a ping-pong: little but channel operations and switches. Each writes the CPU time (user) of its
# goroutines per operation.
on_program() {
	mkdir -p "$numbers/channels" "$numbers/cost" # the directory of the module is a copy in a run
	printf 'module goknot.example/channels\n\ngo 1.23\n' >"$numbers/channels/go.mod"
	cat >"$numbers/channels/channels_test.go" <<'TEXT'
package channels

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
)

const items = 1000000

func user() int64 {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return r.Utime.Nano()
}

func measure(t *testing.T, ops int, f func()) {
	start := user()
	f()
	spent := user() - start
	out, err := os.OpenFile(os.Getenv("CHANNELS")+t.Name(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	fmt.Fprintf(out, "%.2f\n", float64(spent)/float64(ops))
}

func TestPipeline(t *testing.T) {
	measure(t, 8*items, func() {
		first := make(chan int, 64)
		in := first
		for i := 0; i < 3; i++ {
			out := make(chan int, 64)
			go func(in, out chan int) {
				for v := range in {
					out <- v + 1
				}
				close(out)
			}(in, out)
			in = out
		}
		go func() {
			for i := 0; i < items; i++ {
				first <- i
			}
			close(first)
		}()
		for range in {
		}
	})
}

func TestFanOut(t *testing.T) {
	measure(t, 2*items, func() {
		work := make(chan int, 16)
		var wg sync.WaitGroup
		for i := 0; i < 8; i++ {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range work {
				}
			}()
		}
		for i := 0; i < items; i++ {
			work <- i
		}
		close(work)
		wg.Wait()
	})
}

func TestPingPong(t *testing.T) {
	measure(t, 4*items/4, func() {
		ping, pong := make(chan int), make(chan int)
		go func() {
			for v := range ping {
				pong <- v
			}
			close(pong)
		}()
		for i := 0; i < items/4; i++ {
			ping <- i
			<-pong
		}
		close(ping)
	})
}
TEXT
}

# As goknot runs them in that round: every test in a process of its own.
each_alone() { # binary, what: the file that the tests write to
	local test
	for test in TestPipeline TestFanOut TestPingPong; do
		(cd "$numbers/channels" && CHANNELS=$numbers/cost/$2. "$1" -test.run "^$test\$" >/dev/null)
	done
}

on() {
	echo "| program | ns of user CPU an operation, stock: median | hooks off | hooks on, -policy none | difference (interval) | <= 30 % | hooks on, -feedback none | difference (interval) |"
	echo "| --- | --- | --- | --- | --- | --- | --- | --- |"
	local i way test r q flags
	on_program
	rm -f "$numbers"/cost/*
	(cd "$numbers/channels" && go test -c -vet=off -o "$numbers/channels.test" .)
	for ((i = -1; i < pairs; i++)); do
		# The first round builds.
		each_alone "$numbers/channels.test" stock
		for way in on quiet; do
			export CHANNELS=$numbers/cost/$way.
			flags=(-feedback ring)
			[ "$way" = on ] || flags=(-feedback none)
			"$GOKNOT" fuzz -C "$numbers/channels" -o "$numbers/channels-campaign" -quiet -sched native -policy none -parallel 1 -fuzztime 1x "${flags[@]}" \
				-timeout 2m . >/dev/null || true
		done
		each_alone "$numbers/channels-campaign/build/bin/goknot.example+channels.test" off
		[ "$i" -ge 0 ] || rm -f "$numbers"/cost/*
	done
	for test in TestPipeline TestFanOut TestPingPong; do
		for way in stock off on quiet; do
			head -n "$pairs" "$numbers/cost/$way.$test" >"$numbers/$way"
			eval "local $way"
			printf -v "$way" '%s' "$(spread <"$numbers/$way" | cut -d ' ' -f 1)"
		done
		r=$(paste "$numbers/stock" "$numbers/on" | awk '{ print $2 / $1 }' | ratio_row)
		q=$(paste "$numbers/stock" "$numbers/quiet" | awk '{ print $2 / $1 }' | ratio_row)
		# shellcheck disable=SC2154 # printf sets them
		echo "| $test | $stock | $off | $on | $r | $(met "${r%% *}" '<=' 30) |" \
			"$quiet | $q |"
	done
}

[ $# -gt 0 ] || set -- speed size start off on
for what in "$@"; do
	"$what"
	echo
done
