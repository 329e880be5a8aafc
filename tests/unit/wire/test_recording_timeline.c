/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file.h"
#include "wire/abi.h"
#include "wire/recording_timeline.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static char *data;
static struct knot_recording r;
static struct knot_timeline t;

static void open_timeline(const char *path)
{
	size_t len;

	cr_assert_eq(knot_file_read(path, 1 << 20, &data, &len, NULL), 0);
	cr_assert_eq(knot_recording_decode(knot_span_of(data, len), &r, NULL), 0);
	knot_recording_timeline(&r, &t);
}

static void close_timeline(void)
{
	knot_timeline_free(&t);
	knot_recording_free(&r);
	free(data);
}

TestSuite(recording_timeline, .fini = close_timeline);

Test(recording_timeline, who_and_what)
{
	open_timeline(KNOT_TESTS_DIR "/fuzz/corpus/recording/small");
	cr_assert_eq(t.goroutines.len, 2);
	const struct knot_timeline_goroutine *child = &t.goroutines.data[1];

	cr_expect_str_eq(child->path, "main.worker");
	cr_expect(child->parent == 0 && child->created == 0 && child->number == 18);
	cr_expect(child->state == KNOT_TIMELINE_ENDED &&
		t.goroutines.data[0].state == KNOT_TIMELINE_RUNNING);
	/* It blocks on what it has begun to receive from. */
	cr_assert_eq(t.spans.len, 1);
	cr_expect_eq(t.spans.data[0].op, KNOT_OP_RECV);
	cr_assert_eq(t.spans.data[0].primitive, 0);
	cr_expect_str_eq(t.primitives.data[0].name, "chan 0xc000");
	cr_expect_eq(t.events.data[t.spans.data[0].to].kind, KNOT_EV_STEP);
	cr_assert_eq(t.arrows.len, 2);
	cr_expect_eq(t.arrows.data[0].kind, KNOT_TIMELINE_SPAWN);
	cr_expect_eq(t.arrows.data[1].kind, KNOT_TIMELINE_WAKE);
	cr_expect_eq(t.left_out, 1);
	for (size_t i = 1; i < t.events.len; i++)
		cr_expect(t.events.data[i].vtime >= t.events.data[i - 1].vtime &&
			t.events.data[i].step == i);
}

Test(recording_timeline, nothing)
{
	open_timeline(KNOT_TESTS_DIR "/fuzz/corpus/recording/empty");
	cr_expect(!t.events.len && !t.goroutines.len && !t.virtual_ns);
	cr_expect_str_eq(t.title, "recorded: the program ended with exit code 0");
}
