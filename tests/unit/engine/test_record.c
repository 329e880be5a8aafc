/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/error.h"
#include "base/hash.h"
#include "engine/record.h"

#include <criterion/criterion.h>
#include <string.h>

static struct knot_shm_event *event_at(struct knot_shm *shm, uint64_t cursor)
{
	struct knot_shm_header *h = knot_shm_header(shm);

	return (struct knot_shm_event *)((char *)h + h->off_events) + cursor % KNOT_EVENT_SLOTS;
}

static void spawn(struct knot_shm *shm, uint64_t cursor, uint64_t g, uint64_t path)
{
	*event_at(shm, cursor) = (struct knot_shm_event){.kind = KNOT_EV_SPAWN,
		.g = KNOT_G_NONE,
		.aux = g,
		.vtime = path,
		.site = 5,
		.prim = 2};
}

Test(record, knows_the_goroutines_from_the_trace)
{
	struct knot_shm *shm;
	struct knot_error err = {0};
	struct knot_record rec = {0};
	const struct knot_shm_result result = {.ev_end = 3, .end = KNOT_END_LEAK};

	cr_assert_eq(knot_shm_create(&shm, &err), 0, "%s", err.message);
	spawn(shm, 0, 0, KNOT_PATH_ROOT);
	spawn(shm, 1, 2, 77);
	spawn(shm, 2, 1ull << 40, 99);
	cr_assert_eq(knot_record_take(shm, &result, false, &rec, &err), 0, "%s", err.message);
	cr_expect_eq(rec.events.len, 3);
	cr_expect_eq(rec.gs.len, 3, "the number beyond all limits is skipped");
	cr_expect_eq(rec.gs.data[0].path, KNOT_PATH_ROOT);
	cr_expect_eq(rec.gs.data[1].path, 0, "a hole stays empty");
	cr_expect_eq(rec.gs.data[2].path, 77);
	cr_expect_eq(rec.gs.data[2].ordinal, 2);
	knot_record_free(&rec);
	knot_shm_close(shm);
}

Test(record, knows_whom_no_go_statement_has_made)
{
	struct knot_shm *shm;
	struct knot_error err = {0};
	struct knot_record rec = {0};
	const struct knot_shm_result result = {.ev_end = 3, .end = KNOT_END_OK};

	cr_assert_eq(knot_shm_create(&shm, &err), 0);
	spawn(shm, 0, 0, KNOT_PATH_ROOT);
	spawn(shm, 1, 1, knot_hash_child(KNOT_PATH_TIMER, 5, 2));
	spawn(shm, 2, 2, knot_hash_child(KNOT_PATH_BEFORE, 5, 2));
	cr_assert_eq(knot_record_take(shm, &result, false, &rec, &err), 0, "%s", err.message);
	cr_expect_eq(rec.gs.data[0].flags, 0);
	cr_expect_eq(rec.gs.data[1].flags, 2, "a timer has");
	cr_expect_eq(rec.gs.data[2].flags, 1, "it was there before the run");
	knot_record_free(&rec);
	knot_shm_close(shm);
}

Test(record, takes_the_run_a_process_died_in)
{
	struct knot_shm *shm;
	struct knot_error err = {0};
	struct knot_record rec = {0};

	cr_assert_eq(knot_shm_create(&shm, &err), 0);
	spawn(shm, 0, 0, KNOT_PATH_ROOT);
	knot_shm_header(shm)->cur = (struct knot_shm_current){.request = 4,
		.seed = 9,
		.ev_head = 1,
		.end = KNOT_END_PANIC,
		.run = 2,
		.steps = 30};
	cr_assert_eq(knot_record_take_current(shm, false, &rec, &err), 0, "%s", err.message);
	cr_expect_eq(rec.result.request, 4);
	cr_expect_eq(rec.result.batch_runs, 3);
	cr_expect_eq(rec.result.end, KNOT_END_PANIC);
	cr_expect_eq(rec.events.len, 1);
	knot_shm_header(shm)->cur.ev_head = UINT64_MAX;
	cr_expect_eq(knot_record_take_current(shm, false, &rec, &err), KNOT_EINPUT,
		"a scribbled cursor is no crash");
	knot_record_free(&rec);
	knot_shm_close(shm);
}

Test(record, does_without_the_trace_when_only_the_end_matters)
{
	struct knot_shm *shm;
	struct knot_error err = {0};
	struct knot_record rec = {0};
	const struct knot_shm_result result = {
		.ev_end = 1, .dec_end = 4, .snap = 1, .end = KNOT_END_LEAK, .hash = 7};

	cr_assert_eq(knot_shm_create(&shm, &err), 0);
	spawn(shm, 0, 0, KNOT_PATH_ROOT);
	cr_assert_eq(knot_record_take(shm, &result, false, &rec, &err), 0, "%s", err.message);
	cr_expect_eq(rec.events.len, 1);
	cr_expect_eq(rec.decisions.len, 4);
	knot_record_drop_events(&rec);
	cr_expect_eq(rec.events.cap, 0);
	cr_expect_eq(rec.decisions.len, 4, "what a replay follows stays");
	cr_expect_eq(rec.gs.len, 1);
	cr_assert_eq(knot_record_take(shm, &result, true, &rec, &err), 0, "%s", err.message);
	cr_expect_eq(rec.events.len + rec.decisions.len + rec.gs.len, 0);
	cr_expect_eq(rec.result.hash, 7);
	cr_expect_eq(rec.snaps.len, 1);
	knot_record_free(&rec);
	knot_shm_close(shm);
}
