/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/around.h"

#include "base/hash.h"

#include <criterion/criterion.h>

static const struct knot_shm_goroutine gs[] = {
	{.path = KNOT_PATH_ROOT}, {.path = 11}, {.path = 12}};

#define STEP(g_, op_) \
	{ \
		.kind = KNOT_EV_STEP, .g = g_, .op = op_ \
	}
#define BLOCK(g_) \
	{ \
		.kind = KNOT_EV_BLOCK, .g = g_ \
	}
#define EXIT(g_) \
	{ \
		.kind = KNOT_EV_EXIT, .g = g_ \
	}
#define LEFT(g_, ops_, to_) \
	{ \
		.kind = KNOT_EV_SWITCH, .g = g_, .op = KNOT_OP_LOCK, \
		.aux = (to_) | (uint64_t)(ops_) << 16 \
	}

/* T executes two and blocks; 1 takes over, executes one and is left for 2, which ends; 1 is left again, and ends behind two more. */
static const struct knot_shm_event events[] = {STEP(0, KNOT_OP_GO), STEP(0, KNOT_OP_RECV), BLOCK(0),
	STEP(1, KNOT_OP_START), STEP(1, KNOT_OP_LOCK), LEFT(1, 1, 2), STEP(2, KNOT_OP_START),
	STEP(2, KNOT_OP_SEND), EXIT(2), STEP(1, KNOT_OP_UNLOCK), LEFT(1, 2, 0),
	STEP(0, KNOT_OP_RESUME), STEP(0, KNOT_OP_SEND), STEP(1, KNOT_OP_SEND),
	STEP(1, KNOT_OP_SEND), EXIT(1), LEFT(0, 3, 2)};
static const struct knot_run_view run = {
	.events = events, .len = sizeof(events) / sizeof(*events), .gs = gs, .gs_len = 3};

Test(around, where_who_is_left_took_over_and_would_block)
{
	knot_arounds a = {0};

	knot_around_of_run(&run, 9, &a);
	cr_assert_eq(a.len, 3);
	/* 1 took over where T had blocked behind its second operation, and ends behind its fourth. */
	cr_expect(a.data[0].led);
	cr_expect_eq(a.data[0].lead.from, KNOT_PATH_ROOT);
	cr_expect_eq(a.data[0].lead.ops, 2);
	cr_expect(!a.data[0].lead.at && !a.data[0].lead.preempts);
	cr_expect_eq(a.data[0].block, 4);
	/* Then where 2 had ended. */
	cr_expect_eq(a.data[1].lead.from, 12);
	cr_expect_eq(a.data[1].lead.ops, 1);
	cr_expect(!a.data[1].lead.at);
	/* T is left behind 1, whose end comes after T's turn, and does not block any more. */
	cr_expect_eq(a.data[2].block, 0);
	cr_expect_eq(a.data[2].lead.from, 11);
	cr_expect_eq(a.data[2].lead.ops, 4);
	knot_vec_free(&a);
}

Test(around, operations_are_counted_without_starts_and_resumptions)
{
	knot_ops_list ops = {0};

	knot_ops_of_run(&run, &ops);
	cr_assert_eq(ops.len, 3);
	cr_expect_eq(ops.data[0].ops, 3);
	cr_expect_eq(ops.data[1].ops, 4);
	cr_expect_eq(ops.data[2].ops, 1);
	cr_expect_eq(ops.data[2].path, 12);
	knot_vec_free(&ops);
}

Test(around, numbers_beyond_the_run)
{
	static const struct knot_shm_event odd[] = {
		STEP(77, KNOT_OP_SEND), STEP(1, KNOT_OP_SEND), LEFT(1, 1, 2), LEFT(99, 1, 2)};
	const struct knot_run_view view = {.events = odd, .len = 4, .gs = gs, .gs_len = 3};
	knot_arounds a = {0};
	knot_ops_list ops = {0};

	knot_around_of_run(&view, 2, &a);
	knot_ops_of_run(&view, &ops);
	cr_assert_eq(a.len, 2);
	cr_expect(!a.data[0].led);
	cr_expect_eq(ops.len, 3);
	knot_vec_free(&a);
	knot_vec_free(&ops);
}
