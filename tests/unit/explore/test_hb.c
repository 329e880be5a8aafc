/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/hb.h"

#include "base/hash.h"
#include "explore/budget.h"
#include "explore/cpop.h"

#include <criterion/criterion.h>
#include <stdarg.h>

#define GS 4

/* A trace written by hand: goroutine 0 creates the others unless it says otherwise. */
struct trace {
	struct knot_shm_event events[64];
	size_t len;
	struct knot_shm_goroutine gs[GS];
	uint32_t steps;
};

static uint64_t path_of(uint32_t g)
{
	return g ? knot_hash_child(KNOT_PATH_ROOT, g, 0) : KNOT_PATH_ROOT;
}

static struct trace start(void)
{
	struct trace t = {.len = 0};

	for (uint32_t g = 0; g < GS; g++)
		t.gs[g] = (struct knot_shm_goroutine){
			.path = path_of(g), .parent = g ? 0 : KNOT_G_NONE, .site = g};
	return t;
}

static void event(struct trace *t, uint32_t kind, uint32_t g, uint32_t op, uint32_t site,
	uint32_t prim, uint64_t aux)
{
	t->steps += kind == KNOT_EV_STEP;
	t->events[t->len++] = (struct knot_shm_event){.step = t->steps,
		.kind = (uint8_t)kind,
		.g = (uint16_t)g,
		.op = (uint8_t)op,
		.site = site,
		.prim = prim,
		.aux = aux};
}

static void step(struct trace *t, uint32_t g, uint32_t op, uint32_t site, uint32_t prim)
{
	event(t, KNOT_EV_STEP, g, op, site, prim, 0);
}

/* The step of the go statement comes when the child exists. */
static void go(struct trace *t, uint32_t g, uint32_t child, uint32_t site)
{
	event(t, KNOT_EV_SPAWN, g, 0, site, 0, child);
	step(t, g, KNOT_OP_GO, site, 0);
}

static void go_all(struct trace *t)
{
	for (uint32_t g = 1; g < GS; g++)
		go(t, 0, g, 100 + g);
}

struct bench {
	struct knot_cpop *cpop;
	struct knot_hb *hb;
};

static struct bench set_up(struct knot_budget *budget)
{
	struct bench b = {.cpop = knot_cpop_new()};

	b.hb = knot_hb_new(b.cpop, budget);
	return b;
}

static void tear_down(struct bench *b)
{
	knot_hb_free(b->hb);
	knot_cpop_free(b->cpop);
}

static void show(struct bench *b, const struct trace *t)
{
	const struct knot_run_view view = {
		.events = t->events, .len = t->len, .gs = t->gs, .gs_len = GS};
	struct knot_cpop_gain gain;

	knot_cpop_add(b->cpop, &view, &gain);
	knot_hb_add(b->hb, &view);
}

/* Whether the chain [op at site of g, then the other] is refused. */
static bool refused(struct bench *b, uint32_t g, uint32_t op, uint32_t site, uint32_t g2,
	uint32_t op2, uint32_t site2)
{
	struct knot_chain c = {.len = 0};

	knot_chain_push(&c, (struct knot_chain_op){.gpath = path_of(g), .site = site, .op = op});
	knot_chain_push(&c, (struct knot_chain_op){.gpath = path_of(g2), .site = site2, .op = op2});
	return knot_hb_forbids_chain(b->hb, &c);
}

/* Both orders at once: which of them is refused. */
#define expect_order(b, g, op, site, g2, op2, site2) \
	do { \
		cr_expect_not(refused(b, g, op, site, g2, op2, site2), "the order that is"); \
		cr_expect(refused(b, g2, op2, site2, g, op, site), "the order that cannot be"); \
	} while (0)
#define expect_free(b, g, op, site, g2, op2, site2) \
	do { \
		cr_expect_not(refused(b, g, op, site, g2, op2, site2), "one order"); \
		cr_expect_not(refused(b, g2, op2, site2, g, op, site), "the other order"); \
	} while (0)

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

/* One trace in which it is possible is enough, as long as it is remembered. */
Test(hb, a_later_trace_takes_it_back)
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
	for (int i = 0; i < KNOT_HB_TRACES; i++)
		show(&b, &ordered);
	cr_expect(refused(&b, 0, KNOT_OP_ATOMIC_LOAD, 5, 1, KNOT_OP_ATOMIC_STORE, 2),
		"only the last traces count");
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
	budget.clocks.sure = 0;
	budget.clocks.spare = 3;
	struct bench b = set_up(&budget);
	struct trace t = start();

	waits(&t, false);
	show(&b, &t);
	cr_expect_not(refused(&b, 0, KNOT_OP_ATOMIC_LOAD, 5, 1, KNOT_OP_ATOMIC_STORE, 2));
	cr_expect_eq(budget.clocks.spare, 3);
	budget.clocks.spare = 10000;
	show(&b, &t);
	cr_expect(refused(&b, 0, KNOT_OP_ATOMIC_LOAD, 5, 1, KNOT_OP_ATOMIC_STORE, 2));
	tear_down(&b);
	cr_expect_eq(budget.clocks.spare, 10000);
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
