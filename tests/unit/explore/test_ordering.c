/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/ordering.h"

#include "base/hash.h"

#include <criterion/criterion.h>

#define MS 1000000ull

/* The test creates 1 and 2 at site 10, and 3 is one of a timer. Sites from 900 on lie outside the module. */
static const struct knot_shm_goroutine gs[] = {{.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE},
	{.path = 11, .parent = 0, .site = 10}, {.path = 12, .parent = 0, .site = 10, .ordinal = 1},
	{.path = 13, .parent = KNOT_G_NONE, .flags = 2}, {.path = 14, .parent = 2, .site = 20}};

static bool in_module(void *arg, uint32_t site)
{
	(void)arg;
	return site < 900;
}

static struct knot_shm_event step(uint16_t g, uint8_t op, uint32_t site)
{
	return (struct knot_shm_event){.kind = KNOT_EV_STEP, .g = g, .op = op, .site = site};
}

static struct knot_shm_event fires(uint64_t at_ns)
{
	return (struct knot_shm_event){.kind = KNOT_EV_TIMER, .g = KNOT_G_NONE, .aux = at_ns};
}

static struct knot_shm_event wakes(uint16_t g)
{
	return (struct knot_shm_event){.kind = KNOT_EV_WAKE, .g = KNOT_G_NONE, .aux = g};
}

static struct knot_ordering order_of(const struct knot_shm_event *events, size_t len)
{
	const struct knot_run_view view = {
		.events = events, .len = len, .gs = gs, .gs_len = sizeof(gs) / sizeof(*gs)};
	struct knot_ordering o = {0};

	knot_ordering_make(&view, NULL, 0, in_module, NULL, &o);
	return o;
}

#define ORDER_OF(...) \
	order_of((const struct knot_shm_event[]){__VA_ARGS__}, \
		sizeof((const struct knot_shm_event[]){__VA_ARGS__}) / \
			sizeof(struct knot_shm_event))

Test(ordering, a_turn_begins_with_the_nth_operation_at_its_site)
{
	struct knot_ordering o = ORDER_OF(step(0, KNOT_OP_START, 0), step(0, KNOT_OP_GO, 10),
		step(0, KNOT_OP_GO, 10), step(1, KNOT_OP_START, 10), step(1, KNOT_OP_LOCK, 30),
		step(2, KNOT_OP_START, 10), step(2, KNOT_OP_LOCK, 30), step(1, KNOT_OP_LOCK, 31),
		step(2, KNOT_OP_LOCK, 30));

	cr_assert_eq(o.turns.len, 5);
	cr_expect_eq(o.turns.data[1].g, 1);
	cr_expect_eq(o.turns.data[1].points[0].site, 30);
	cr_expect_eq(o.turns.data[1].points[0].nth, 1);
	/* Of its own: the other one has been there, too. */
	cr_expect_eq(o.turns.data[2].points[0].nth, 1);
	cr_expect_eq(o.turns.data[3].points[0].site, 31);
	cr_expect_eq(o.turns.data[4].points[0].nth, 2);
	cr_assert_eq(o.goroutines.len, 3);
	cr_expect_eq(o.goroutines.data[0].parent, -1);
	cr_expect_not(o.goroutines.data[2].only, "two were created there");
	cr_expect_eq(o.goroutines.data[2].ordinal, 1);
	knot_ordering_free(&o);
}

Test(ordering, a_turn_at_which_nobody_can_be_held_is_waited_for)
{
	struct knot_ordering o = ORDER_OF(step(0, KNOT_OP_START, 0), step(0, KNOT_OP_GO, 10),
		step(1, KNOT_OP_START, 10), step(1, KNOT_OP_LOCK, 900), step(0, KNOT_OP_LOCK, 30));

	cr_assert_eq(o.turns.len, 2);
	cr_assert_eq(o.turns.data[1].settle.len, 1);
	cr_expect_eq(o.turns.data[1].settle.data[0], 1);
	cr_expect_eq(o.unheld, 1);
	cr_expect_eq(o.unheld_site, 900);
	cr_expect_eq(knot_ordering_find(&o, 1), 1);
	cr_expect_eq(knot_ordering_find(&o, 2), -1);
	knot_ordering_free(&o);
}

Test(ordering, a_turn_begins_with_the_first_operation_that_can_be_held)
{
	struct knot_ordering o = ORDER_OF(step(0, KNOT_OP_START, 0), step(1, KNOT_OP_RESUME, 10),
		step(1, KNOT_OP_NONE, 30), step(1, KNOT_OP_LOCK, 900), step(1, KNOT_OP_SEND, 40));

	cr_assert_eq(o.turns.len, 2);
	cr_assert_eq(o.turns.data[1].points_len, 1);
	cr_expect_eq(o.turns.data[1].points[0].site, 40);
	cr_expect_eq(o.unheld, 0);
	knot_ordering_free(&o);
}

Test(ordering, a_timer_that_fires_early_is_given_the_time)
{
	struct knot_ordering o = ORDER_OF(step(0, KNOT_OP_START, 0), step(1, KNOT_OP_LOCK, 30),
		fires(50 * MS), wakes(0), step(1, KNOT_OP_SEND, 40), step(0, KNOT_OP_RESUME, 41));

	cr_assert_eq(o.turns.len, 3);
	cr_expect_eq(o.turns.data[2].g, o.turns.data[1].g);
	cr_expect_eq(o.turns.data[2].pause_ns, 50 * MS + KNOT_ORDERING_MARGIN_NS);
	cr_expect_eq(o.turns.data[2].slack_ns, 0);
	cr_expect_eq(knot_ordering_waits_ns(&o), 50 * MS + KNOT_ORDERING_MARGIN_NS);
	knot_ordering_free(&o);
}

Test(ordering, who_sleeps_is_waited_for)
{
	struct knot_ordering o = ORDER_OF(step(0, KNOT_OP_START, 0), step(1, KNOT_OP_LOCK, 30),
		fires(50 * MS), wakes(0), step(0, KNOT_OP_RESUME, 41), step(0, KNOT_OP_SEND, 40));

	cr_assert_eq(o.turns.len, 3);
	cr_expect_eq(o.turns.data[2].slack_ns, 50 * MS);
	cr_expect_eq(o.turns.data[2].pause_ns, 0);
	knot_ordering_free(&o);
}

Test(ordering, the_time_of_a_turn_that_is_left_out_stays)
{
	struct knot_ordering o = ORDER_OF(step(0, KNOT_OP_START, 0), step(1, KNOT_OP_LOCK, 30),
		fires(50 * MS), wakes(0), step(0, KNOT_OP_RESUME, 41), step(1, KNOT_OP_SEND, 40));

	cr_assert_eq(o.turns.len, 3);
	cr_expect_eq(o.turns.data[2].g, 1);
	cr_expect_eq(o.turns.data[2].pause_ns, 50 * MS + KNOT_ORDERING_MARGIN_NS);
	knot_ordering_free(&o);
}

Test(ordering, goroutines_of_timers_are_strangers)
{
	struct knot_ordering o = ORDER_OF(step(0, KNOT_OP_START, 0), step(3, KNOT_OP_LOCK, 30),
		step(9, KNOT_OP_LOCK, 31), step(4, KNOT_OP_LOCK, 32));

	cr_expect_eq(o.strangers, 2);
	cr_expect_eq(o.stranger, 31);
	cr_assert_eq(o.turns.len, 2);
	/* Its parent has no turn, and is known by being its parent. */
	cr_assert_eq(o.goroutines.len, 3);
	cr_expect_eq(o.goroutines.data[2].g, 4);
	cr_expect_eq(o.goroutines.data[2].parent, 1);
	cr_expect(o.goroutines.data[2].only);
	knot_ordering_free(&o);
}

Test(ordering, nothing_comes_of_nothing)
{
	struct knot_ordering o = ORDER_OF(fires(5));

	cr_expect_eq(o.turns.len, 0);
	cr_expect_eq(o.goroutines.len, 0);
	knot_ordering_free(&o);
}
