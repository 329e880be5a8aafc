/* SPDX-License-Identifier: BSD-2-Clause */
/* Records of a program of three functions (tests/fuzz/corpus/gobinary), which lies 0x1000 higher than its file says. */
#include "base/error.h"
#include "base/file.h"
#include "engine/recording.h"
#include "wire/gobinary.h"
#include "wire/recording.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLIDE 0x1000
#define PARK 0x400080 /* of the function, and its point */
#define MAIN 0x4000c0

static char file[] = "/tmp/goknot-recording-XXXXXX";
static char *program, *data;
static struct knot_gobinary *binary;
static struct knot_recording_writer *writer;
static struct knot_recording r;
static uint64_t next_seq;

static void open_writer(void)
{
	const struct knot_recorder_point points[] = {
		{.name = "runtime.gopark", .address = PARK, .kind = KNOT_RECORD_PARK},
		{.name = "runtime.newproc1", .address = PARK, .kind = KNOT_RECORD_CREATE},
		{.name = "runtime.x", .kind = KNOT_RECORD_LOCK, .why = "there is none"},
	};
	size_t len;

	close(mkstemp(file));
	cr_assert_eq(knot_file_read(KNOT_TESTS_DIR "/fuzz/corpus/gobinary/fixed", 1 << 20, &program,
			     &len, NULL),
		0);
	cr_assert_eq(knot_gobinary_open(knot_span_of(program, len), &binary, NULL), 0);
	const struct knot_recording_options o = {.file = file,
		.program = "a\nb",
		.binary = binary,
		.points = points,
		.points_len = 3,
		.pid = 77};

	cr_assert_eq(knot_recording_writer_open(&o, &writer, NULL), 0);
}

static void close_writer(void)
{
	knot_recording_writer_close(writer);
	knot_recording_free(&r);
	knot_gobinary_close(binary);
	free(program);
	free(data);
	unlink(file);
}

TestSuite(recording, .init = open_writer, .fini = close_writer);

/* With a stack of three words: who called, and a frame above. */
static void add(
	enum knot_record_kind kind, uint32_t tid, uint64_t g, uint64_t other, uint64_t caller)
{
	struct {
		struct knot_record_record r;
		uint64_t stack[3];
	} x = {.r = {.seq = next_seq++,
		       .ktime_ns = 1,
		       .kind = (unsigned char)kind,
		       .tid = tid,
		       .g = g,
		       .other = other,
		       .ip = PARK + SLIDE,
		       .p = 0x5000,
		       .p_id = next_seq == 1 ? 3 : -1,
		       .rsp = 0x7000,
		       .rbp = 0x7008,
		       .stack_bytes = caller ? 24 : 0},
		.stack = {caller, 0, MAIN + SLIDE + 13}};

	knot_recording_writer_add(writer, &x.r);
}

static void finish(uint64_t lost)
{
	const struct knot_recorder_counters c = {
		.hits = next_seq + lost, .lost = lost, .lost_by_cpu = {[5] = lost}};
	struct knot_error err = {0};
	size_t len;

	cr_assert_eq(knot_recording_writer_end(writer, &c, "done", &err), 0, "%s", err.message);
	cr_assert_eq(knot_file_read(file, 1 << 20, &data, &len, NULL), 0);
	cr_assert_eq(
		knot_recording_decode(knot_span_of(data, len), &r, &err), 0, "%s", err.message);
}

static struct knot_recording_event event(size_t i)
{
	struct knot_recording_event e;

	cr_assert_lt(i, r.events);
	knot_recording_event(&r, i, &e);
	return e;
}

Test(recording, places_and_processors)
{
	add(KNOT_RECORD_PARK, 1, 7, 0, PARK + SLIDE + 1);
	add(KNOT_RECORD_PARK, 1, 7, 0, 0);
	finish(0);
	cr_expect_eq(r.events, 2);
	cr_expect_str_eq(r.program, "a\\nb");
	cr_expect_str_eq(r.points.data[2].why, "there is none");
	const struct knot_recording_event e = event(0);

	/* Its number was told once. */
	cr_expect(e.p == 3 && event(1).p == 3 && e.g == 7);
	cr_expect_eq(event(1).stack, KNOT_RECORDING_NONE);
	/* Who called, then what was inlined where that was called from, then that: calls end before the return address. */
	cr_assert_eq(r.stacks.data[e.stack].len, 3);
	const uint32_t *frames = &r.frames.data[r.stacks.data[e.stack].first];

	cr_expect_str_eq(r.positions.data[frames[0]].function, "runtime.gopark");
	cr_expect_str_eq(r.positions.data[frames[1]].function, "main.inner");
	cr_expect_eq(r.positions.data[frames[1]].line, 21);
	cr_expect_str_eq(r.positions.data[frames[2]].function, "main.main");
}

/* The number of what a go statement creates is told by the thread's next record, if that is of the same statement. */
Test(recording, births)
{
	add(KNOT_RECORD_CREATE, 1, 7, 0, 0);
	add(KNOT_RECORD_PARK, 2, 9, 0, 0);
	add(KNOT_RECORD_QUEUE, 1, 7, 8, PARK + SLIDE + 1);
	finish(2);
	cr_expect_eq(r.events, 3);
	cr_expect_eq(knot_recording_writer_created(writer), 1);
	const struct knot_recording_event e = event(0);

	/* Called by no runtime.newproc. */
	cr_expect(e.kind == KNOT_RECORDING_CREATE && e.seq == 0 && e.other == 0);
	cr_expect(event(2).kind == KNOT_RECORDING_READY && event(2).other == 8);
	cr_expect(r.lost == 2 && r.lost_by_cpu.len == 1 && r.lost_by_cpu.data[0].cpu == 5);
}

Test(recording, switches)
{
	add(KNOT_RECORD_SWITCH, 1, 0, 7, 0);
	add(KNOT_RECORD_SWITCH, 1, 0, 7, 0); /* its stack has been made larger */
	add(KNOT_RECORD_PARK, 1, 7, 0, 0);
	add(KNOT_RECORD_SWITCH, 1, 0, 7, 0);
	add(KNOT_RECORD_SWITCH, 2, 0, 7, 0); /* of another thread */
	add(KNOT_RECORD_QUEUE, 2, 0, 7, 0); /* puts itself back */
	add(KNOT_RECORD_QUEUE, 2, 0, 7, 0); /* is woken */
	add(KNOT_RECORD_SWITCH, 2, 0, 7, 0);
	finish(0);
	static const uint8_t kinds[] = {KNOT_RECORDING_RUN, KNOT_RECORDING_GROWN,
		KNOT_RECORDING_PARK, KNOT_RECORDING_RUN, KNOT_RECORDING_RUN, KNOT_RECORDING_YIELD,
		KNOT_RECORDING_READY, KNOT_RECORDING_RUN};

	for (size_t i = 0; i < sizeof(kinds); i++)
		cr_expect_eq(event(i).kind, kinds[i], "event %zu is of kind %u", i, event(i).kind);
	cr_expect_eq(event(5).g, 7);
	cr_expect_eq(knot_recording_writer_switches(writer), 4);
}

Test(recording, a_file_that_cannot_be)
{
	struct knot_recording_options o = {.file = "/nowhere/x", .program = "x", .binary = binary};
	struct knot_recording_writer *w = NULL;
	const struct knot_recorder_counters none = {0};
	struct knot_error err = {0};

	cr_expect_eq(knot_recording_writer_open(&o, &w, &err), KNOT_EUSAGE);
	cr_expect_str_eq(err.message, "-o /nowhere/x: No such file or directory");
	o.file = "/dev/full";
	cr_assert_eq(knot_recording_writer_open(&o, &w, &err), 0);
	cr_expect_lt(knot_recording_writer_end(w, &none, "", &err), 0);
	cr_expect(strstr(err.message, "/dev/full cannot be written whole"), "%s", err.message);
	knot_recording_writer_close(w);
	knot_recording_writer_close(NULL);
}
