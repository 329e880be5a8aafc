/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/explore/traces.h"

Test(hb, a_child_comes_behind_what_was_before_it)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	step(&t, 0, KNOT_OP_LOCK, 1, 1);
	go_all(&t);
	step(&t, 0, KNOT_OP_LOCK, 2, 1);
	step(&t, 1, KNOT_OP_LOCK, 3, 1);
	show(&b, &t);
	expect_order(&b, 0, KNOT_OP_LOCK, 1, 1, KNOT_OP_LOCK, 3);
	expect_free(&b, 0, KNOT_OP_LOCK, 2, 1, KNOT_OP_LOCK, 3);
	tear_down(&b);
}

Test(hb, locks_order_nothing)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	go_all(&t);
	step(&t, 1, KNOT_OP_LOCK, 1, 1);
	step(&t, 1, KNOT_OP_UNLOCK, 2, 1);
	step(&t, 2, KNOT_OP_LOCK, 3, 1);
	show(&b, &t);
	expect_free(&b, 1, KNOT_OP_UNLOCK, 2, 2, KNOT_OP_LOCK, 3);
	tear_down(&b);
}

/* What is behind a Wait comes behind what is before each Done; the Wait itself may be tried earlier. */
static void waits(struct trace *t, bool blocks)
{
	step(t, 0, KNOT_OP_WGADD, 1, 1);
	go_all(t);
	if (blocks) {
		step(t, 0, KNOT_OP_WGWAIT, 4, 1);
		event(t, KNOT_EV_BLOCK, 0, KNOT_OP_WGWAIT, 4, 1, 0);
	}
	step(t, 1, KNOT_OP_ATOMIC_STORE, 2, 2);
	step(t, 1, KNOT_OP_WGDONE, 3, 1);
	if (blocks) {
		event(t, KNOT_EV_WAKE, 1, 0, 3, 1, 0);
		step(t, 0, KNOT_OP_RESUME, 4, 1);
	} else {
		step(t, 0, KNOT_OP_WGWAIT, 4, 1);
	}
	step(t, 0, KNOT_OP_ATOMIC_LOAD, 5, 2);
}

Test(hb, wait_comes_behind_every_done)
{
	for (int blocks = 0; blocks < 2; blocks++) {
		struct bench b = set_up(NULL);
		struct trace t = start();

		waits(&t, blocks);
		show(&b, &t);
		expect_order(&b, 1, KNOT_OP_ATOMIC_STORE, 2, 0, KNOT_OP_ATOMIC_LOAD, 5);
		expect_free(&b, 1, KNOT_OP_ATOMIC_STORE, 2, 0, KNOT_OP_WGWAIT, 4);
		tear_down(&b);
	}
}

/* An Add inside the goroutine may come behind the Wait, which then waits for nothing. */
Test(hb, an_add_that_may_be_late_makes_no_order)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	go_all(&t);
	step(&t, 1, KNOT_OP_WGADD, 1, 1);
	step(&t, 1, KNOT_OP_ATOMIC_STORE, 2, 2);
	step(&t, 1, KNOT_OP_WGDONE, 3, 1);
	step(&t, 0, KNOT_OP_WGWAIT, 4, 1);
	step(&t, 0, KNOT_OP_ATOMIC_LOAD, 5, 2);
	show(&b, &t);
	expect_free(&b, 1, KNOT_OP_ATOMIC_STORE, 2, 0, KNOT_OP_ATOMIC_LOAD, 5);
	tear_down(&b);
}

/* The receiver comes first, or the value does. */
Test(hb, a_pipe_orders_each_value)
{
	for (int waits_first = 0; waits_first < 2; waits_first++) {
		struct bench b = set_up(NULL);
		struct trace t = start();

		go_all(&t);
		if (waits_first) {
			step(&t, 2, KNOT_OP_RECV, 3, 1);
			event(&t, KNOT_EV_BLOCK, 2, KNOT_OP_RECV, 3, 1, 0);
		}
		step(&t, 1, KNOT_OP_ATOMIC_STORE, 1, 2);
		step(&t, 1, KNOT_OP_SEND, 2, 1);
		if (waits_first) {
			event(&t, KNOT_EV_WAKE, 1, 0, 2, 1, 2);
			step(&t, 2, KNOT_OP_RESUME, 3, 1);
		} else {
			step(&t, 2, KNOT_OP_RECV, 3, 1);
		}
		step(&t, 2, KNOT_OP_ATOMIC_LOAD, 4, 2);
		step(&t, 1, KNOT_OP_ATOMIC_STORE, 5, 2);
		show(&b, &t);
		expect_order(&b, 1, KNOT_OP_ATOMIC_STORE, 1, 2, KNOT_OP_ATOMIC_LOAD, 4);
		expect_free(&b, 1, KNOT_OP_ATOMIC_STORE, 1, 2, KNOT_OP_RECV, 3);
		expect_free(&b, 1, KNOT_OP_ATOMIC_STORE, 5, 2, KNOT_OP_ATOMIC_LOAD, 4);
		tear_down(&b);
	}
}

/* While it waits at the one, a value comes to the other. */
Test(hb, a_receiver_of_two_pipes)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	go_all(&t);
	step(&t, 2, KNOT_OP_RECV, 3, 1);
	event(&t, KNOT_EV_BLOCK, 2, KNOT_OP_RECV, 3, 1, 0);
	step(&t, 3, KNOT_OP_SEND, 6, 2);
	step(&t, 1, KNOT_OP_ATOMIC_STORE, 1, 3);
	step(&t, 1, KNOT_OP_SEND, 2, 1);
	event(&t, KNOT_EV_WAKE, 1, 0, 2, 1, 2);
	step(&t, 2, KNOT_OP_RESUME, 3, 1);
	step(&t, 2, KNOT_OP_ATOMIC_LOAD, 4, 3);
	step(&t, 2, KNOT_OP_RECV, 7, 2);
	show(&b, &t);
	expect_order(&b, 1, KNOT_OP_ATOMIC_STORE, 1, 2, KNOT_OP_ATOMIC_LOAD, 4);
	expect_free(&b, 3, KNOT_OP_SEND, 6, 2, KNOT_OP_ATOMIC_LOAD, 4);
	tear_down(&b);
}

Test(hb, two_senders_order_nothing)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	go_all(&t);
	step(&t, 1, KNOT_OP_SEND, 1, 1);
	step(&t, 2, KNOT_OP_RECV, 2, 1);
	step(&t, 2, KNOT_OP_ATOMIC_LOAD, 3, 2);
	step(&t, 3, KNOT_OP_SEND, 4, 1);
	show(&b, &t);
	expect_free(&b, 1, KNOT_OP_SEND, 1, 2, KNOT_OP_ATOMIC_LOAD, 3);
	tear_down(&b);
}

/* Those that wait for a channel on which nobody sends go on because of the close; by a select, too. */
Test(hb, close_lets_everybody_go)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	go_all(&t);
	step(&t, 1, KNOT_OP_RECV, 1, 1);
	event(&t, KNOT_EV_BLOCK, 1, KNOT_OP_RECV, 1, 1, 0);
	step(&t, 2, KNOT_OP_SELECT, 2, 0);
	event(&t, KNOT_EV_BLOCK, 2, KNOT_OP_SELECT, 2, 0, 0);
	step(&t, 3, KNOT_OP_ATOMIC_STORE, 3, 2);
	step(&t, 3, KNOT_OP_CLOSE, 4, 1);
	event(&t, KNOT_EV_WAKE, 3, 0, 4, 1, 1);
	event(&t, KNOT_EV_WAKE, 3, 0, 4, 1, 2);
	step(&t, 1, KNOT_OP_RESUME, 1, 1);
	step(&t, 1, KNOT_OP_ATOMIC_LOAD, 5, 2);
	step(&t, 2, KNOT_OP_RESUME, 2, 0);
	event(&t, KNOT_EV_SELECTED, 2, KNOT_OP_SELRECV, 6, 1, 0);
	step(&t, 2, KNOT_OP_ATOMIC_LOAD, 7, 2);
	show(&b, &t);
	expect_order(&b, 3, KNOT_OP_ATOMIC_STORE, 3, 1, KNOT_OP_ATOMIC_LOAD, 5);
	expect_order(&b, 3, KNOT_OP_ATOMIC_STORE, 3, 2, KNOT_OP_ATOMIC_LOAD, 7);
	expect_free(&b, 3, KNOT_OP_CLOSE, 4, 1, KNOT_OP_RECV, 1);
	tear_down(&b);
}

/* A loop: the second occurrence of the one may come behind the first of the other. */
Test(hb, any_occurrences_will_do)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	step(&t, 0, KNOT_OP_LOCK, 1, 1);
	go_all(&t);
	step(&t, 1, KNOT_OP_LOCK, 2, 1);
	step(&t, 0, KNOT_OP_LOCK, 1, 1);
	show(&b, &t);
	expect_free(&b, 0, KNOT_OP_LOCK, 1, 1, KNOT_OP_LOCK, 2);
	tear_down(&b);
}

/* One trace in which it is possible is enough, however long ago. */
Test(hb, a_trace_takes_it_back_for_ever)
{
	struct bench b = set_up(NULL);
	struct trace ordered = start(), both = start();

	waits(&ordered, false);
	go_all(&both);
	step(&both, 0, KNOT_OP_ATOMIC_LOAD, 5, 2);
	step(&both, 1, KNOT_OP_ATOMIC_STORE, 2, 2);
	show(&b, &ordered);
	cr_expect(refused(&b, 0, KNOT_OP_ATOMIC_LOAD, 5, 1, KNOT_OP_ATOMIC_STORE, 2));
	show(&b, &both);
	expect_free(&b, 1, KNOT_OP_ATOMIC_STORE, 2, 0, KNOT_OP_ATOMIC_LOAD, 5);
	for (int i = 0; i < 100; i++)
		show(&b, &ordered);
	expect_free(&b, 1, KNOT_OP_ATOMIC_STORE, 2, 0, KNOT_OP_ATOMIC_LOAD, 5);
	tear_down(&b);
}

Test(hb, what_was_executed_is_not_refused)
{
	struct bench b = set_up(NULL);
	struct trace ordered = start();
	struct knot_chain c = {.len = 0};

	waits(&ordered, false);
	show(&b, &ordered);
	cr_expect(refused(&b, 0, KNOT_OP_ATOMIC_LOAD, 5, 1, KNOT_OP_ATOMIC_STORE, 2));
	knot_chain_push(&c,
		(struct knot_chain_op){.gpath = path_of(0), .site = 5, .op = KNOT_OP_ATOMIC_LOAD});
	knot_chain_push(&c,
		(struct knot_chain_op){.gpath = path_of(1), .site = 2, .op = KNOT_OP_ATOMIC_STORE});
	knot_hb_allow(b.hb, &c);
	cr_expect_not(refused(&b, 0, KNOT_OP_ATOMIC_LOAD, 5, 1, KNOT_OP_ATOMIC_STORE, 2));
	tear_down(&b);
}

/* Goroutine 3, or the one that closes, stores behind it; then 1 loads behind its receive. */
static void closed_by(struct trace *t, uint32_t closer)
{
	go_all(t);
	step(t, closer, KNOT_OP_ATOMIC_STORE, 3, 2);
	step(t, closer, KNOT_OP_CLOSE, 4, 1);
	step(t, 1, KNOT_OP_RECV, 1, 1);
	step(t, 1, KNOT_OP_ATOMIC_LOAD, 5, 2);
	if (closer != 3)
		step(t, 3, KNOT_OP_ATOMIC_STORE, 3, 2);
}

/* Of two that may close, as with a context: what one of them did is no order any more, not even where the other never did. */
Test(hb, two_that_close_order_nothing)
{
	struct bench b = set_up(NULL);
	struct trace t = start(), other = start();

	closed_by(&t, 3);
	step(&t, 1, KNOT_OP_LOCK, 9, 3); /* in this one only */
	show(&b, &t);
	expect_order(&b, 3, KNOT_OP_ATOMIC_STORE, 3, 1, KNOT_OP_ATOMIC_LOAD, 5);
	expect_order(&b, 3, KNOT_OP_ATOMIC_STORE, 3, 1, KNOT_OP_LOCK, 9);
	closed_by(&other, 2);
	show(&b, &other);
	expect_free(&b, 3, KNOT_OP_ATOMIC_STORE, 3, 1, KNOT_OP_ATOMIC_LOAD, 5);
	expect_free(&b, 3, KNOT_OP_ATOMIC_STORE, 3, 1, KNOT_OP_LOCK, 9);
	expect_order(&b, 0, KNOT_OP_GO, 101, 2, KNOT_OP_CLOSE, 4);
	tear_down(&b);
}

/* A pool of workers: who says Done how often is for the schedule to choose. */
static void done_by(struct trace *t, uint32_t twice)
{
	step(t, 0, KNOT_OP_WGADD, 1, 1);
	go_all(t);
	step(t, 1, KNOT_OP_ATOMIC_STORE, 2, 2);
	step(t, twice, KNOT_OP_WGDONE, 3, 1);
	step(t, twice, KNOT_OP_WGDONE, 3, 1);
	if (twice == 1)
		step(t, 1, KNOT_OP_LOCK, 9, 3);
	step(t, 0, KNOT_OP_WGWAIT, 4, 1);
	step(t, 0, KNOT_OP_ATOMIC_LOAD, 5, 2);
	step(t, 1, KNOT_OP_ATOMIC_STORE, 7, 2);
}

Test(hb, dones_of_whoever_comes_order_nothing)
{
	struct bench b = set_up(NULL);
	struct trace t = start(), other = start();

	done_by(&t, 1);
	show(&b, &t);
	expect_order(&b, 1, KNOT_OP_ATOMIC_STORE, 2, 0, KNOT_OP_ATOMIC_LOAD, 5);
	done_by(&other, 2);
	show(&b, &other);
	expect_free(&b, 1, KNOT_OP_WGDONE, 3, 0, KNOT_OP_ATOMIC_LOAD, 5);
	tear_down(&b);
}

/* Two goroutines of one name: no occurrence is known to be the last. */
Test(hb, goroutines_of_one_name_order_nothing)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	t.gs[2].path = t.gs[1].path;
	go_all(&t);
	step(&t, 1, KNOT_OP_ATOMIC_STORE, 1, 2);
	step(&t, 1, KNOT_OP_SEND, 2, 1);
	step(&t, 0, KNOT_OP_RECV, 3, 1);
	step(&t, 0, KNOT_OP_ATOMIC_LOAD, 4, 2);
	step(&t, 2, KNOT_OP_ATOMIC_STORE, 1, 2);
	show(&b, &t);
	expect_free(&b, 1, KNOT_OP_ATOMIC_STORE, 1, 0, KNOT_OP_ATOMIC_LOAD, 4);
	tear_down(&b);
}

Test(hb, what_is_not_known_is_not_refused)
{
	struct bench b = set_up(NULL);
	struct trace t = start();

	waits(&t, false);
	show(&b, &t);
	expect_free(&b, 1, KNOT_OP_SEND, 77, 0, KNOT_OP_ATOMIC_LOAD, 5);
	tear_down(&b);
}

Test(hb, takes_no_more_than_its_share)
{
	struct knot_budget budget;

	knot_budget_open(&budget, 1);
	budget.evidence.sure = 0;
	budget.evidence.spare = 3;
	struct bench b = set_up(&budget);
	struct trace t = start();

	waits(&t, false);
	show(&b, &t);
	cr_expect_not(refused(&b, 0, KNOT_OP_ATOMIC_LOAD, 5, 1, KNOT_OP_ATOMIC_STORE, 2));
	cr_expect_eq(budget.evidence.spare, 3);
	budget.evidence.spare = 10000;
	show(&b, &t);
	cr_expect(refused(&b, 0, KNOT_OP_ATOMIC_LOAD, 5, 1, KNOT_OP_ATOMIC_STORE, 2));
	tear_down(&b);
	cr_expect_eq(budget.evidence.spare, 10000);
}

/* Nothing in a trace is trusted. */
Test(hb, a_hostile_trace_does_no_harm)
{
	struct bench b = set_up(NULL);
	struct trace t = start();
	uint32_t random = 1;

	for (int round = 0; round < 2000; round++) {
		t.len = 0;
		for (size_t i = 0; i < 64; i++) {
			random = random * 1664525 + 1013904223;
			event(&t, random >> 28, random >> 24 & 7, random >> 16 & 63, random & 7,
				random >> 8 & 15 ? random >> 8 & 15 : UINT32_MAX, random >> 4 & 7);
		}
		show(&b, &t);
		for (uint32_t op = 0; op < 8; op++)
			refused(&b, 0, op, op, 1, op + 1, op);
	}
	tear_down(&b);
}
