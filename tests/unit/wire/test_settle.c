/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/settle.h"

#include <criterion/criterion.h>

#define PID 4711

static uint32_t unfilled;

/* As the target writes it: cursor is where it stands. */
static struct knot_shm_event written(uint64_t cursor, uint8_t kind, uint64_t aux)
{
	return (struct knot_shm_event){
		.step = PID * KNOT_EVENT_STAMP + (uint32_t)cursor + 1, .kind = kind, .aux = aux};
}

Test(settle, numbers_steps_and_primitives)
{
	const uint64_t start = 0xfffffffeull; /* the stamp wraps inside */
	struct knot_shm_event e[] = {
		written(start, KNOT_EV_SPAWN, 1),
		written(start + 1, KNOT_EV_STEP, 0x7000),
		written(start + 2, KNOT_EV_STEP, 0),
		written(start + 3, KNOT_EV_STEP, 0x7008),
		written(start + 4, KNOT_EV_SELECTED, 0x7000),
		written(start + 5, KNOT_EV_EXIT, 0),
	};

	cr_assert_eq(knot_settle(e, 6, start, PID, &unfilled), 6);
	cr_expect_eq(e[0].aux, 1, "the number of a goroutine is no address");
	cr_expect_eq(e[0].prim, 0);
	cr_expect_eq(e[1].prim, 1);
	cr_expect_eq(e[1].aux, 0);
	cr_expect_eq(e[2].prim, 0);
	cr_expect_eq(e[3].prim, 2);
	cr_expect_eq(e[4].prim, 1);
	cr_expect_eq(e[0].step, 0);
	cr_expect_eq(e[1].step, 1);
	cr_expect_eq(e[3].step, 3);
	cr_expect_eq(e[5].step, 3);
}

Test(settle, leaves_out_what_was_never_filled)
{
	struct knot_shm_event e[] = {
		written(10, KNOT_EV_STEP, 0x10),
		{.kind = 0},
		written(11, KNOT_EV_STEP, 0x20), /* of another cursor */
		written(13, KNOT_EV_STEP, 0x30),
	};

	cr_assert_eq(knot_settle(e, 4, 10, PID, &unfilled), 2);
	cr_expect_eq(unfilled, 2);
	cr_expect_eq(e[1].step, 2);
	cr_expect_eq(e[1].prim, 2);
	cr_expect_eq(knot_settle(e, 0, 0, PID, &unfilled), 0);
}

Test(settle, another_process_left_nothing_behind)
{
	struct knot_shm_event e[] = {written(0, KNOT_EV_STEP, 0x10)};

	cr_expect_eq(knot_settle(e, 1, 0, PID + 1, &unfilled), 0);
}

Test(settle, keeps_numbers_that_the_target_gave)
{
	struct knot_shm_event e[] = {written(0, KNOT_EV_STEP, 0)};

	e[0].prim = 7;
	cr_assert_eq(knot_settle(e, 1, 0, PID, &unfilled), 1);
	cr_expect_eq(e[0].prim, 7);
}

Test(settle, many_primitives)
{
	static struct knot_shm_event e[5000];

	for (size_t i = 0; i < 5000; i++)
		e[i] = written(i, KNOT_EV_STEP, 0x1000 + i % 2500 * 8);
	cr_assert_eq(knot_settle(e, 5000, 0, PID, &unfilled), 5000);
	for (size_t i = 0; i < 5000; i++)
		cr_assert_eq(e[i].prim, i % 2500 + 1);
}

static struct knot_shm_event at_clock(uint64_t cursor, uint8_t kind, uint64_t aux, uint64_t clock)
{
	struct knot_shm_event e = written(cursor, kind, aux);

	if (kind == KNOT_EV_SPAWN) {
		e.aux |= clock << 16;
		e.vtime = 0xfeed; /* its path */
	} else {
		e.vtime = clock;
	}
	return e;
}

/* Two processors with a block each. */
Test(settle, puts_events_in_the_order_of_their_clocks)
{
	struct knot_shm_event e[2 * KNOT_EVENT_BLOCK] = {0};

	e[0] = at_clock(0, KNOT_EV_SPAWN, 7, 1000);
	e[1] = at_clock(1, KNOT_EV_STEP, 0x10, 1003);
	e[2] = at_clock(2, KNOT_EV_EXIT, 0, 1004);
	e[KNOT_EVENT_BLOCK] = at_clock(KNOT_EVENT_BLOCK, KNOT_EV_SPAWN, 8, 1001);
	e[KNOT_EVENT_BLOCK + 1] = at_clock(KNOT_EVENT_BLOCK + 1, KNOT_EV_STEP, 0x20, 1002);
	e[KNOT_EVENT_BLOCK + 2] = at_clock(KNOT_EVENT_BLOCK + 2, KNOT_EV_STEP, 0x10, 1004);
	cr_assert_eq(knot_settle(e, 2 * KNOT_EVENT_BLOCK, 0, PID, &unfilled), 6);
	cr_expect_eq(unfilled, 0, "what a processor has not come to is not missing");
	cr_expect_eq(e[0].aux, 7);
	cr_expect_eq(e[0].vtime, 0xfeed);
	cr_expect_eq(e[1].aux, 8);
	cr_expect_eq(e[2].prim, 1, "0x20 came first");
	cr_expect_eq(e[3].prim, 2);
	cr_expect_eq(e[3].vtime, 0, "the clock is gone");
	cr_expect_eq(e[4].kind, KNOT_EV_EXIT, "which stood before what has the same clock");
	cr_expect_eq(e[5].prim, 2);
	cr_expect_eq(e[5].step, 3);
}

Test(settle, counts_what_was_taken_and_not_filled)
{
	struct knot_shm_event e[2 * KNOT_EVENT_BLOCK] = {0};

	e[3] = at_clock(3, KNOT_EV_STEP, 0x10, 20);
	e[5] = at_clock(5, KNOT_EV_STEP, 0x10, 21);
	e[KNOT_EVENT_BLOCK + 1] = at_clock(KNOT_EVENT_BLOCK + 1, KNOT_EV_STEP, 0x10, 22);
	cr_assert_eq(knot_settle(e, 2 * KNOT_EVENT_BLOCK, 0, PID, &unfilled), 3);
	cr_expect_eq(unfilled, 3 + 1 + 1);
}
