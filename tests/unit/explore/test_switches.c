/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/critical.h"
#include "explore/switches.h"

#include "base/cleanup.h"
#include "tests/unit/explore/two_children.h"
#include "wire/chain.h"

#include <criterion/criterion.h>

static struct knot_shm_event step(uint32_t n, uint16_t g, uint8_t op, uint32_t site)
{
	return (struct knot_shm_event){
		.step = n, .g = g, .kind = KNOT_EV_STEP, .op = op, .site = site};
}

static struct knot_shm_event left(
	uint32_t n, uint16_t g, uint8_t op, uint32_t site, uint16_t to, uint32_t ops)
{
	return (struct knot_shm_event){.step = n,
		.g = g,
		.kind = KNOT_EV_SWITCH,
		.op = op,
		.site = site,
		.aux = AUX(to, ops)};
}

/* T starts two, is stopped before its lock for the second, which blocks; a timer fires early. */
static struct knot_run_view sample(void)
{
	static struct knot_shm_event e[32];
	size_t n = 0;

	e[n++] = step(1, 0, KNOT_OP_GO, 26);
	e[n++] = step(2, 0, KNOT_OP_GO, 27);
	e[n++] = left(2, 0, KNOT_OP_LOCK, 40, 2, 2);
	e[n++] = step(3, 2, KNOT_OP_START, 27);
	e[n++] = step(4, 2, KNOT_OP_LOCK, 40);
	e[n++] = left(4, 2, KNOT_OP_SEND, 50, KNOT_G_NONE, 1);
	e[n++] = step(5, 2, KNOT_OP_SEND, 50);
	e[n++] = (struct knot_shm_event){
		.step = 5, .g = 2, .kind = KNOT_EV_BLOCK, .op = KNOT_OP_SEND};
	e[n++] = left(5, 2, KNOT_OP_NONE, 0, 1, 2);
	e[n++] = step(6, 1, KNOT_OP_START, 26);
	e[n++] = step(7, 1, KNOT_OP_RECV, 60);
	e[n++] = (struct knot_shm_event){
		.step = 7, .g = 1, .kind = KNOT_EV_EXIT, .op = KNOT_OP_EXIT};
	e[n++] = left(7, 1, KNOT_OP_NONE, 0, 0, 1);
	e[n++] = step(8, 0, KNOT_OP_LOCK, 40);
	return (struct knot_run_view){.events = e, .len = n, .gs = gs, .gs_len = 3};
}

Test(switches, a_run_says_where_it_departs)
{
	const struct knot_run_view run = sample();
	struct knot_switch_counts counts;
	knot_switches list = {0};

	knot_switches_of_run(&run, 0, &list, &counts);
	cr_assert_eq(list.len, 4);
	cr_expect_eq(counts.departures, 4);
	cr_expect_eq(counts.preemptions, 1);
	cr_expect_eq(counts.timers, 1);
	cr_expect_eq(counts.switches, 3);
	cr_expect_eq(list.data[0].from, KNOT_PATH_ROOT);
	cr_expect_eq(list.data[0].to, 12);
	cr_expect_eq(list.data[0].ops, 2);
	cr_expect(list.data[0].at && list.data[0].preempts);
	cr_expect(list.data[1].at && !list.data[1].preempts && !list.data[1].to);
	cr_expect(!list.data[2].at && !list.data[2].preempts && list.data[2].to == 11);
	knot_vec_free(&list);
}

static bool is_op(const struct knot_chain_op *op, uint32_t what, uint32_t site, uint64_t gpath)
{
	return op->op == what && op->site == site && op->gpath == gpath;
}

/* Who goes on comes first with what he runs to, then what the one who was stopped does. */
Test(switches, the_order_they_bring_about_is_a_chain)
{
	const struct knot_run_view run = sample();
	struct knot_chain chain;

	knot_critical_chain(&run, &chain);
	cr_assert_eq(chain.len, 5);
	cr_expect(is_op(&chain.ops[0], KNOT_OP_SEND, 50, 12));
	cr_expect(is_op(&chain.ops[1], KNOT_OP_LOCK, 40, KNOT_PATH_ROOT));
	cr_expect(is_op(&chain.ops[2], KNOT_OP_SEND, 50, 12));
	cr_expect(is_op(&chain.ops[3], KNOT_OP_RECV, 60, 11));
	cr_expect(is_op(&chain.ops[4], KNOT_OP_LOCK, 40, KNOT_PATH_ROOT));
}

Test(switches, a_chain_has_room_for_the_last_of_them)
{
	struct knot_shm_event e[100];
	struct knot_run_view run = {.events = e, .gs = gs, .gs_len = 3};
	struct knot_chain chain;

	for (uint32_t i = 0; i < 20; i++) {
		e[run.len++] = left(2 * i, 1, KNOT_OP_LOCK, i, 2, 1);
		e[run.len++] = step(2 * i, 2, KNOT_OP_SEND, i);
	}
	knot_critical_chain(&run, &chain);
	cr_assert_eq(chain.len, KNOT_CHAIN_MAX);
	cr_expect(is_op(&chain.ops[KNOT_CHAIN_MAX - 1], KNOT_OP_LOCK, 19, 11));
	/* Hostile numbers are passed over. */
	e[0] = left(0, 5000, KNOT_OP_LOCK, 1, 6000, 1);
	run.len = 1;
	knot_critical_chain(&run, &chain);
	cr_expect_eq(chain.len, 0);
}

Test(switches, what_comes_behind_the_last_step_does_not_count)
{
	const struct knot_run_view run = sample();
	struct knot_switch_counts counts;
	knot_switches list = {0};

	knot_switches_of_run(&run, 4, &list, &counts);
	cr_expect_eq(counts.departures, 2);
	cr_expect_eq(counts.switches, 1);
	knot_vec_free(&list);
}

Test(switches, giving_way_is_no_switch)
{
	const struct knot_shm_event e[] = {step(1, 1, KNOT_OP_ATOMIC_LOAD, 5),
		step(2, 2, KNOT_OP_ATOMIC_LOAD, 5), step(3, 1, KNOT_OP_YIELD, 6),
		step(4, 2, KNOT_OP_SEND, 7), left(4, 2, KNOT_OP_YIELD, 6, 1, 2)};
	const struct knot_run_view run = {.events = e, .len = 5, .gs = gs, .gs_len = 3};
	struct knot_switch_counts counts;
	knot_switches list = {0};

	knot_switches_of_run(&run, 0, &list, &counts);
	/* 1 gave way to 2; back to 1, which 2 was stopped for, and again to 2 count. */
	cr_expect_eq(counts.switches, 2);
	cr_expect_eq(counts.preemptions, 0);
	knot_vec_free(&list);
}

Test(switches, waiting_by_looking_is_giving_way)
{
	struct knot_shm_event e[200];
	struct knot_run_view run = {.events = e, .gs = gs, .gs_len = 3};
	struct knot_switch_counts counts;
	knot_switches list = {0};

	/* Each looks a hundred times; the first change is a change, the second is not, and a send ends it. */
	e[run.len++] = step(1, 1, KNOT_OP_ATOMIC_LOAD, 5);
	for (uint32_t i = 0; i < 100; i++)
		e[run.len++] = step(2 + i, 2, KNOT_OP_ATOMIC_LOAD, 5);
	e[run.len++] = step(102, 1, KNOT_OP_ATOMIC_LOAD, 5);
	e[run.len++] = step(103, 1, KNOT_OP_SEND, 6);
	e[run.len++] = step(104, 2, KNOT_OP_SEND, 6);
	knot_switches_of_run(&run, 0, &list, &counts);
	cr_expect_eq(counts.switches, 2);
}

Test(switches, who_stays_at_a_yield_is_said_so)
{
	const struct knot_shm_event e[] = {left(1, 1, KNOT_OP_YIELD, 5, 1, 2)};
	const struct knot_run_view run = {.events = e, .len = 1, .gs = gs, .gs_len = 3};
	knot_auto_free char *line = knot_critical_line(&run, 0, &names);

	cr_expect_str_eq(line, "T/a.go:26#0 goes on at yield a.go:5 instead of giving way");
}

Test(switches, a_yield_behind_the_last_step_tells_of_the_one_before)
{
	const struct knot_shm_event e[] = {step(1, 1, KNOT_OP_SEND, 5), step(2, 2, KNOT_OP_SEND, 5),
		step(3, 1, KNOT_OP_YIELD, 6)};
	const struct knot_run_view run = {.events = e, .len = 3, .gs = gs, .gs_len = 3};
	struct knot_switch_counts counts;
	knot_switches list = {0};

	knot_switches_of_run(&run, 2, &list, &counts);
	cr_expect_eq(counts.switches, 0);
}

Test(switches, numbers_beyond_the_run_are_nobody)
{
	const struct knot_shm_event e[] = {left(1, 77, KNOT_OP_SEND, 5, 99, 1)};
	const struct knot_run_view run = {.events = e, .len = 1, .gs = gs, .gs_len = 3};
	struct knot_switch_counts counts;
	knot_switches list = {0};

	knot_switches_of_run(&run, 0, &list, &counts);
	cr_assert_eq(list.len, 1);
	cr_expect_eq(list.data[0].from, 0);
	knot_vec_free(&list);
	knot_auto_free char *line = knot_critical_line(&run, 0, &names);
	cr_expect_str_eq(line, "? is stopped before send a.go:5 while ? runs");
}

Test(switches, counts_compare_in_the_order_of_what_matters)
{
	const struct knot_switch_counts order[] = {
		{.preemptions = 1, .switches = 9, .departures = 9},
		{.preemptions = 2, .switches = 3, .timers = 9}, {.preemptions = 2, .switches = 4},
		{.preemptions = 2, .switches = 4, .timers = 1},
		{.preemptions = 2, .switches = 4, .timers = 1, .departures = 1}};

	for (size_t i = 0; i < 5; i++)
		for (size_t k = 0; k < 5; k++) {
			const int c = knot_switch_counts_compare(&order[i], &order[k]);

			cr_expect_eq(c < 0, i < k);
			cr_expect_eq(c == 0, i == k);
		}
}

/* It has blocked, and a timer has woken it; others are ready, too. */
Test(switches, who_has_been_woken_does_not_block)
{
	const struct knot_shm_event e[] = {step(5, 2, KNOT_OP_SEND, 50),
		{.step = 5, .g = 2, .kind = KNOT_EV_BLOCK, .op = KNOT_OP_SEND},
		left(5, 2, KNOT_OP_NONE, 0, 2, 2)};
	const struct knot_run_view run = {.events = e, .len = 3, .gs = gs, .gs_len = 3};
	knot_auto_free char *line = knot_critical_line(&run, 0, &names);

	cr_expect_str_eq(line,
		"T/a.go:27#0 goes on behind send a.go:50 before those that have waited longer");
}

Test(switches, critical_lines)
{
	static const char *const want[] = {
		"T is stopped before lock a.go:40 (s.mu) while T/a.go:27#0 runs to send a.go:50",
		"T/a.go:27#0 is stopped before send a.go:50 while the next timer fires",
		"when T/a.go:27#0 blocks in send a.go:50, T/a.go:26#0 goes on, to recv a.go:60",
		"when T/a.go:26#0 has ended, T goes on, to lock a.go:40 (s.mu)"};
	const struct knot_run_view run = sample();

	cr_assert_eq(knot_critical_count(&run), 4);
	for (size_t i = 0; i < 4; i++) {
		knot_auto_free char *line = knot_critical_line(&run, i, &names);

		cr_expect_str_eq(line, want[i]);
	}
	knot_auto_free char *none = knot_critical_line(&run, 4, &names);
	cr_expect_str_eq(none, "");
}

/* One stands still before its lock until it goes on: timers, and those they wake. */
static struct knot_run_view standing_still(uint32_t timers)
{
	static struct knot_shm_event e[32];
	size_t n = 0;

	e[n++] = left(2, 0, KNOT_OP_LOCK, 40, 2, 2);
	e[n++] = step(3, 2, KNOT_OP_RECV, 60);
	for (uint32_t i = 0; i < timers; i++) {
		e[n++] = left(3, 2, KNOT_OP_NONE, 0, KNOT_G_NONE, 1);
		e[n++] = left(3, 2, KNOT_OP_NONE, 0, 2, 1);
	}
	e[n++] = step(4, 2, KNOT_OP_SEND, 50);
	e[n++] = left(4, 2, KNOT_OP_NONE, 0, 1, 2);
	e[n++] = step(5, 1, KNOT_OP_START, 26);
	e[n++] = step(9, 0, KNOT_OP_LOCK, 40);
	e[n++] = left(9, 0, KNOT_OP_NONE, 0, 1, 3);
	e[n++] = step(10, 1, KNOT_OP_RECV, 60);
	return (struct knot_run_view){.events = e, .len = n, .gs = gs, .gs_len = 3};
}

Test(switches, what_happens_while_one_stands_still_is_one_line)
{
	const struct knot_run_view run = standing_still(3);
	knot_auto_free char *line = NULL, *next = NULL;

	cr_assert_eq(knot_critical_count(&run), 9);
	cr_assert_eq(knot_critical_gathered(&run, 0, &names, &line), 8);
	cr_expect_str_eq(line,
		"T is stopped before lock a.go:40 (s.mu) while T/a.go:27#0 runs to "
		"send a.go:50, T/a.go:26#0 runs and 3 timers fire");
	/* It has gone on before the last one. */
	cr_assert_eq(knot_critical_gathered(&run, 8, &names, &next), 1);
	cr_expect_str_eq(
		next, "when T blocks in lock a.go:40 (s.mu), T/a.go:26#0 goes on, to recv a.go:60");
}

Test(switches, while_few_timers_fire_each_switch_has_its_line)
{
	const struct knot_run_view run = standing_still(2);

	for (size_t i = 0; i < knot_critical_count(&run); i++) {
		knot_auto_free char *line = NULL, *alone = knot_critical_line(&run, i, &names);

		cr_assert_eq(knot_critical_gathered(&run, i, &names, &line), 1);
		cr_expect_str_eq(line, alone);
	}
}

Test(switches, another_one_that_is_stopped_has_a_line_of_its_own)
{
	const struct knot_shm_event e[] = {left(2, 0, KNOT_OP_LOCK, 40, KNOT_G_NONE, 2),
		left(2, 0, KNOT_OP_LOCK, 40, KNOT_G_NONE, 2),
		left(2, 0, KNOT_OP_LOCK, 40, KNOT_G_NONE, 2), left(2, 0, KNOT_OP_LOCK, 40, 2, 2),
		left(4, 2, KNOT_OP_SEND, 50, 1, 1), step(5, 2, KNOT_OP_SEND, 50)};
	const struct knot_run_view run = {.events = e, .len = 6, .gs = gs, .gs_len = 3};
	knot_auto_free char *first = NULL, *second = NULL, *none = NULL;

	cr_assert_eq(knot_critical_gathered(&run, 0, &names, &first), 4);
	cr_expect_str_eq(first,
		"T is stopped before lock a.go:40 (s.mu) while T/a.go:27#0 runs "
		"and 3 timers fire");
	cr_assert_eq(knot_critical_gathered(&run, 4, &names, &second), 1);
	cr_expect_str_eq(
		second, "T/a.go:27#0 is stopped before send a.go:50 while T/a.go:26#0 runs");
	cr_assert_eq(knot_critical_gathered(&run, 6, &names, &none), 1);
	cr_expect_str_eq(none, "");
}

/* One that has not begun stands still, too: nobody is stopped. */
Test(switches, what_happens_before_those_that_have_waited_longer_is_one_line)
{
	struct knot_shm_event e[8] = {step(1, 2, KNOT_OP_RECV, 60)};
	struct knot_run_view run = {.events = e, .len = 1, .gs = gs, .gs_len = 3};
	knot_auto_free char *only = NULL, *line = NULL;

	for (size_t i = 0; i < 3; i++)
		e[run.len++] = left(1, 2, KNOT_OP_NONE, 0, KNOT_G_NONE, 1);
	cr_assert_eq(knot_critical_gathered(&run, 0, &names, &only), 3);
	cr_expect_str_eq(only, "when T/a.go:27#0 blocks in recv a.go:60, the next 3 timers fire");
	e[run.len++] = left(1, 2, KNOT_OP_NONE, 0, 2, 1);
	e[run.len++] = step(2, 2, KNOT_OP_SEND, 50);
	e[run.len++] = left(2, 2, KNOT_OP_LOCK, 40, 1, 2);
	cr_assert_eq(knot_critical_gathered(&run, 0, &names, &line), 4);
	cr_expect_str_eq(line,
		"T/a.go:27#0 runs to send a.go:50 while 3 timers fire, before those "
		"that have waited longer");
}

Test(switches, who_has_not_begun_while_timers_fire_is_named)
{
	struct knot_shm_event e[] = {event(KNOT_EV_SPAWN, 1, 0, 0, 26, 1),
		event(KNOT_EV_SPAWN, 1, 0, 0, 27, 2), step(1, 0, KNOT_OP_RECV, 60),
		left(1, 0, KNOT_OP_NONE, 0, KNOT_G_NONE, 1),
		left(1, 0, KNOT_OP_NONE, 0, KNOT_G_NONE, 1),
		left(1, 0, KNOT_OP_NONE, 0, KNOT_G_NONE, 1), left(1, 0, KNOT_OP_NONE, 0, 0, 1)};
	const struct knot_run_view run = {.events = e, .len = 7, .gs = gs, .gs_len = 3};
	knot_auto_free char *both = NULL, *one = NULL;

	knot_critical_gathered(&run, 0, &names, &both);
	cr_expect_str_eq(
		both, "T runs while 3 timers fire and T/a.go:26#0 and 1 more have not begun");
	e[0].aux = 2;
	e[1] = step(1, 1, KNOT_OP_START, 26);
	knot_critical_gathered(&run, 0, &names, &one);
	cr_expect_str_eq(one, "T runs while 3 timers fire and T/a.go:27#0 has not begun");
}

Test(switches, of_many_who_run_while_one_stands_still_three_are_named)
{
	struct knot_shm_event e[8];

	for (uint16_t i = 0; i < 5; i++)
		e[i] = left(
			2, i, i ? KNOT_OP_NONE : KNOT_OP_LOCK, i ? 0 : 40, (uint16_t)(i + 1), 2);
	for (uint16_t i = 5; i < 8; i++)
		e[i] = left(3, 5, KNOT_OP_NONE, 0, KNOT_G_NONE, 1);
	const struct knot_run_view run = {.events = e, .len = 8, .gs = gs, .gs_len = 3};
	knot_auto_free char *line = NULL;

	cr_assert_eq(knot_critical_gathered(&run, 0, &names, &line), 8);
	cr_expect_str_eq(line,
		"T is stopped before lock a.go:40 (s.mu) while T/a.go:26#0 runs, "
		"T/a.go:27#0 runs, ? runs, others run and 3 timers fire");
}

Test(switches, a_go_statement_has_made_its_goroutine_when_it_is_stopped_at)
{
	const struct knot_shm_event e[] = {event(KNOT_EV_SPAWN, 1, 0, 0, 26, 1),
		left(1, 0, KNOT_OP_GO, 26, 1, 1), step(2, 1, KNOT_OP_SEND, 60)};
	const struct knot_run_view run = {.events = e, .len = 3, .gs = gs, .gs_len = 3};
	knot_auto_free char *line = knot_critical_line(&run, 0, &names);

	cr_expect_str_eq(
		line, "T is stopped behind go a.go:26 while T/a.go:26#0 runs to send a.go:60");
}

/* The test waits for its subtest in package testing, which makes no step of that. */
Test(switches, who_blocks_is_where_he_blocks_and_not_at_his_last_step)
{
	const struct knot_shm_event e[] = {step(1, 0, KNOT_OP_GO, 26),
		event(KNOT_EV_BLOCK, 1, 0, KNOT_OP_RECV, 40, 0), left(1, 0, KNOT_OP_NONE, 0, 1, 1),
		step(2, 1, KNOT_OP_SEND, 60)};
	const struct knot_run_view run = {.events = e, .len = 4, .gs = gs, .gs_len = 3};
	knot_auto_free char *line = knot_critical_line(&run, 0, &names);

	cr_expect_str_eq(
		line, "when T blocks in recv a.go:40 (s.mu), T/a.go:26#0 goes on, to send a.go:60");
}
