/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "base/file.h"
#include "wire/recording.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SEEDS KNOT_TESTS_DIR "/fuzz/corpus/recording/"

static char *data;
static size_t len;
static struct knot_recording r;

static void open_sample(const char *path)
{
	struct knot_error err = {0};

	cr_assert_eq(knot_file_read(path, 1 << 20, &data, &len, NULL), 0);
	cr_assert_eq(
		knot_recording_decode(knot_span_of(data, len), &r, &err), 0, "%s", err.message);
}

static void close_sample(void)
{
	knot_recording_free(&r);
	free(data);
}

TestSuite(recording, .fini = close_sample);

Test(recording, head_and_tail)
{
	open_sample(SEEDS "small");
	cr_expect_str_eq(r.go, "go1.26.8");
	cr_expect_str_eq(r.program, "/bin/server");
	cr_expect_eq(r.pid, 7);
	cr_expect_not(r.attached);
	cr_expect_eq(r.points.len, 2);
	cr_expect_eq(r.points.data[1].address, 0);
	cr_expect_str_eq(r.points.data[1].why, "the program has no such function");
	cr_expect_eq(r.unseen.len, 1);
	cr_expect(r.hits == 13 && r.lost == 1 && r.faults == 0);
	cr_expect(r.lost_by_cpu.len == 1 && r.lost_by_cpu.data[0].cpu == 1);
	cr_expect_str_eq(r.std, "/usr/local/go/src/");
	cr_expect_eq(r.events, 12);
}

/* Two of them are the wrong way round in the file. */
Test(recording, order_and_places)
{
	struct knot_recording_event e;
	uint64_t last = 0;

	open_sample(SEEDS "small");
	for (size_t i = 0; i < r.events; i++) {
		knot_recording_event(&r, i, &e);
		cr_expect_geq(e.seq, last);
		last = e.seq;
	}
	cr_expect_eq(last, 12);
	knot_recording_event(&r, 3, &e);
	cr_expect_eq(e.kind, KNOT_RECORDING_RECV);
	/* Not chansend1, which is of the runtime. */
	cr_expect_str_eq(knot_recording_place(&r, &e)->function, "main.worker");
	knot_recording_event(&r, 10, &e);
	cr_expect_str_eq(knot_recording_syscall(&r, &e), "write");
	/* Nothing outside of the standard library: the innermost that is none of the deep ones, else the outermost. */
	cr_expect_str_eq(knot_recording_place(&r, &e)->function, "os.(*File).Write");
	knot_recording_event(&r, 2, &e);
	cr_expect_null(knot_recording_place(&r, &e));
}

static void refused(size_t cut, size_t at, char byte, const char *words)
{
	struct knot_error err = {0};
	struct knot_recording x = {0};
	const char was = data[at];

	data[at] = byte;
	cr_expect_eq(knot_recording_decode(knot_span_of(data, len - cut), &x, &err), KNOT_EINPUT);
	cr_expect(strstr(err.message, words), "%s: %s", words, err.message);
	knot_recording_free(&x);
	data[at] = was;
}

Test(recording, what_is_none)
{
	open_sample(SEEDS "small");
	const size_t events = (size_t)(r.bytes.data - data);

	refused(0, 0, 'X', "it is no recording");
	refused(len - 10, 0, 'G', "cut short in its head");
	refused(len - 30, 0, 'G', "cut short in its head");
	refused(1, 0, 'G', "has no end");
	refused(len - events, 0, 'G', "has no end");
	refused(0, len - 12, 1, "does not fit");
	refused(0, 16, 'X', "head of the recording");
	refused(0, events + r.bytes.len, 'X', "tail of the recording");
	refused(0, events + offsetof(struct knot_recording_event, kind), 99, "of kind 99");
	refused(0, events + offsetof(struct knot_recording_event, stack), 99, "not in its tail");
	refused(0, events + offsetof(struct knot_recording_event, aux), 99, "not in its tail");
}

/* waitReason of runtime2.go changed with nearly every release. */
Test(recording, reasons)
{
	open_sample(SEEDS "empty");
	cr_expect_eq(r.events, 0);
	cr_expect_str_eq(knot_recording_reason(knot_span_str("go1.23.5"), 14), "chan receive");
	cr_expect_str_eq(knot_recording_reason(knot_span_str("go1.25.3"), 14), "chan receive");
	cr_expect_str_eq(knot_recording_reason(knot_span_str("go1.26.8"), 19), "chan receive");
	cr_expect_str_eq(knot_recording_reason(knot_span_str("go1.27.4"), 2), "IO wait");
	cr_expect_null(knot_recording_reason(knot_span_str("go1.27.4"), 0));
	cr_expect_null(knot_recording_reason(knot_span_str("go1.27.4"), 200));
	cr_expect_null(knot_recording_reason(knot_span_str("go1.28"), 2));
	cr_expect_str_eq(knot_recording_kind_name(KNOT_RECORDING_SYSWAIT), "syscall-wait");
	cr_expect_str_eq(knot_recording_kind_name(0), "unknown");
	cr_expect_str_eq(knot_recording_kind_name(1000), "unknown");
}
