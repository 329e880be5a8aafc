/* SPDX-License-Identifier: BSD-2-Clause */
/* Traces written by hand, and what happens-before makes of them. */
#ifndef TESTS_UNIT_EXPLORE_TRACES_H
#define TESTS_UNIT_EXPLORE_TRACES_H

#include "explore/hb.h"

#include "base/hash.h"
#include "explore/budget.h"
#include "explore/cpop.h"

#include <criterion/criterion.h>

#define GS 4

/* A trace written by hand: goroutine 0 creates the others unless it says otherwise. */
struct trace {
	struct knot_shm_event events[64];
	size_t len;
	struct knot_shm_goroutine gs[GS];
	uint32_t steps;
};

static inline uint64_t path_of(uint32_t g)
{
	return g ? knot_hash_child(KNOT_PATH_ROOT, g, 0) : KNOT_PATH_ROOT;
}

static inline struct trace start(void)
{
	struct trace t = {.len = 0};

	for (uint32_t g = 0; g < GS; g++)
		t.gs[g] = (struct knot_shm_goroutine){
			.path = path_of(g), .parent = g ? 0 : KNOT_G_NONE, .site = g};
	return t;
}

static inline void event(struct trace *t, uint32_t kind, uint32_t g, uint32_t op, uint32_t site,
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

static inline void step(struct trace *t, uint32_t g, uint32_t op, uint32_t site, uint32_t prim)
{
	event(t, KNOT_EV_STEP, g, op, site, prim, 0);
}

/* The step of the go statement comes when the child exists. */
static inline void go(struct trace *t, uint32_t g, uint32_t child, uint32_t site)
{
	event(t, KNOT_EV_SPAWN, g, 0, site, 0, child);
	step(t, g, KNOT_OP_GO, site, 0);
}

static inline void go_all(struct trace *t)
{
	for (uint32_t g = 1; g < GS; g++)
		go(t, 0, g, 100 + g);
}

struct bench {
	struct knot_cpop *cpop;
	struct knot_hb *hb;
};

static inline struct bench set_up(struct knot_budget *budget)
{
	struct bench b = {.cpop = knot_cpop_new()};

	b.hb = knot_hb_new(b.cpop, budget);
	return b;
}

static inline void tear_down(struct bench *b)
{
	knot_hb_free(b->hb);
	knot_cpop_free(b->cpop);
}

static inline void show(struct bench *b, const struct trace *t)
{
	const struct knot_run_view view = {
		.events = t->events, .len = t->len, .gs = t->gs, .gs_len = GS};
	struct knot_cpop_gain gain;

	knot_cpop_add(b->cpop, &view, &gain);
	knot_hb_add(b->hb, &view);
}

/* Whether the chain [op at site of g, then the other] is refused. */
static inline bool refused(struct bench *b, uint32_t g, uint32_t op, uint32_t site, uint32_t g2,
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

#endif
