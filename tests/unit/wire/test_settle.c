/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/settle.h"

#include <criterion/criterion.h>

#define PID 4711

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

	cr_assert_eq(knot_settle(e, 6, start, PID), 6);
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

	cr_assert_eq(knot_settle(e, 4, 10, PID), 2);
	cr_expect_eq(e[1].step, 2);
	cr_expect_eq(e[1].prim, 2);
	cr_expect_eq(knot_settle(e, 0, 0, PID), 0);
}

Test(settle, another_process_left_nothing_behind)
{
	struct knot_shm_event e[] = {written(0, KNOT_EV_STEP, 0x10)};

	cr_expect_eq(knot_settle(e, 1, 0, PID + 1), 0);
}

Test(settle, keeps_numbers_that_the_target_gave)
{
	struct knot_shm_event e[] = {written(0, KNOT_EV_STEP, 0)};

	e[0].prim = 7;
	cr_assert_eq(knot_settle(e, 1, 0, PID), 1);
	cr_expect_eq(e[0].prim, 7);
}

Test(settle, many_primitives)
{
	static struct knot_shm_event e[5000];

	for (size_t i = 0; i < 5000; i++)
		e[i] = written(i, KNOT_EV_STEP, 0x1000 + i % 2500 * 8);
	cr_assert_eq(knot_settle(e, 5000, 0, PID), 5000);
	for (size_t i = 0; i < 5000; i++)
		cr_assert_eq(e[i].prim, i % 2500 + 1);
}
