#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# A wall clock that is set forward and back while a campaign runs: times and rates are right, nothing hangs, no number
# wraps, and what one clock has stored is shown under another. The clock is goknot's own, made by a preloaded library.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if grep -aq __asan_init "$GOKNOT"; then
	skip "a clock that jumps" "the address sanitizer wants to be the first library"
	done_testing
	exit 0
fi
cat >clock.c <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Seconds from the file that OFFSET names. */
static long offset(void)
{
	char text[32] = "";
	const char *path = getenv("OFFSET");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);
	return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ts);

	if (!rc && id == CLOCK_REALTIME)
		ts->tv_sec += offset();
	return rc;
}

time_t time(time_t *ret)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (ret)
		*ret = ts.tv_sec;
	return ts.tv_sec;
}
C
${CC:-cc} -shared -fPIC -O1 -o clock.so clock.c
set_clock() { echo "$1" >offset.new && mv offset.new offset; }
shifted() { LD_PRELOAD=$work/clock.so OFFSET=$work/offset "$@"; }
set_clock 0
module m example.org/m
cat >m/m_test.go <<'GO'
package m

import (
	"testing"
	"time"
)

func TestTimed(t *testing.T) {
	c := make(chan int)
	go func() {
		time.Sleep(time.Minute)
		c <- 1
	}()
	select {
	case <-c:
	case <-time.After(time.Hour):
		t.Error("late")
	}
}
GO

status() { shifted "$GOKNOT" status -json campaign | jq "select(.event == \"status\").$1"; }
shifted "$GOKNOT" fuzz -C m -o campaign -json -seed 1 -parallel 1 -fuzztime 12s -metrics metrics >out 2>err </dev/null &
pid=$!
on_exit+=("kill $pid 2>/dev/null")
last="goknot fuzz under a clock that jumps"
for _ in $(seq 600); do
	if [ "$(status runs 2>/dev/null || echo 0)" -gt 0 ]; then break; fi
	sleep 0.1
done
began=$(date +%s%N)
before=0
# Forward by a day, back to before the campaign began, forward by ten years, and home.
for jump in 86400 -86400 315360000 0; do
	set_clock $jump
	sleep 1.5
	now=$(status runs)
	expect "after a jump by $jump s no runs are added to $before" test "$now" -gt "$before"
	expect "after a jump by $jump s status does not see it run" test "$(status running)" = true
	before=$now
done
rc=0
wait $pid || rc=$?
took=$((($(date +%s%N) - began) / 1000000))
expect_rc 0 "a clock that jumps"
expect "twelve seconds took $took ms" test "$took" -ge 6000 -a "$took" -lt 25000
elapsed=$(events summary '.[0].elapsed_ns / 1e6 | floor')
expect "the campaign says that it took $elapsed ms" test "$elapsed" -ge 11900 -a "$elapsed" -lt 30000
expect "the store says that it took $(status elapsed_ns) ns" test "$(status elapsed_ns)" -ge 11900000000 -a "$(status elapsed_ns)" -lt 30000000000
# No negative number, and none that has wrapped; hashes and seeds are in neither file.
expect "fuzzer_stats: $(grep -E -- '-[0-9]|[0-9]{16}' campaign/fuzzer_stats)" \
	test -z "$(grep -E -- ': -[0-9]|[0-9]{16}' campaign/fuzzer_stats)"
expect "plot_data: $(grep -E -- '-[0-9]|[0-9]{16}' campaign/plot_data)" test -z "$(grep -E -- '-[0-9]|[0-9]{16}' campaign/plot_data)"
expect "run time in fuzzer_stats" test "$(awk '$1 == "run_time" { print $3 }' campaign/fuzzer_stats)" -lt 20
expect "metrics: $(grep -E ' -[0-9]|[0-9]{19}' metrics)" test -z "$(grep -E ' -[0-9]|[0-9]{19}' metrics)"

# What was stored under a clock that runs ahead is shown, and gone on with, under the right one.
set_clock 315360000
shifted "$GOKNOT" fuzz -C m -o campaign -quiet -seed 2 -parallel 1 -fuzztime 200x >out 2>err || rc=$?
expect_rc 0 "a campaign in ten years"
goknot status campaign
expect_rc 0 "status of what comes from the future"
expect_out ' last new pair +[0-9]+ s ago .*'
goknot fuzz -C m -o campaign -quiet -seed 3 -parallel 1 -fuzztime 200x
expect_rc 0 "a campaign behind one in the future"
done_testing
