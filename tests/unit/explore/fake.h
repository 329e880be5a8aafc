/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fake runtime: executes requests on a model of a program as the shim would on a real one, in
 * microseconds and without a process. Order control, policies, decisions, prefixes, events, goroutine
 * table and snapshot follow the shim; channels, mutexes and go statements are the primitives it knows.
 */
#ifndef TESTS_UNIT_EXPLORE_FAKE_H
#define TESTS_UNIT_EXPLORE_FAKE_H

#include "base/vec.h"
#include "explore/cpop.h"
#include "explore/portfolio.h"
#include "wire/chain.h"

#define FAKE_PRIMS 16
#define FAKE_GS 64

/* Besides KNOT_OP_*: jump back to instruction arg, site times in all. */
#define FAKE_LOOP 200

struct fake_instr {
	uint8_t op; /* KNOT_OP_* or FAKE_LOOP; 0 ends the function */
	uint8_t prim; /* model number from 1; for GO the function */
	uint32_t site; /* its line serves as the site hash */
	uint32_t arg;
};

struct fake_program {
	const struct fake_instr *functions[8]; /* 0 = the test */
	uint32_t cap[FAKE_PRIMS]; /* of channels */
};

/* One run as the target reports it. */
struct fake_run {
	struct knot_shm_result result;
	struct knot_run_view view;
	const uint16_t *decisions;
	size_t decisions_len;
	const struct knot_shm_snap *snaps;
	size_t snaps_len;
};

struct fake;

struct fake *fake_new(const struct fake_program *program);
void fake_free(struct fake *f);
/* Run nth of a request; prefix as in struct knot_plan. The answer is valid until the next run. */
const struct fake_run *fake_run(
	struct fake *f, const struct knot_shm_request *r, const uint16_t *prefix, uint32_t nth);
/*
 * The whole request: feeds what the target would report, and the end, to the portfolio. Returns how
 * many runs ended badly.
 */
uint32_t fake_serve(struct fake *f, struct knot_portfolio *p, const struct knot_plan *plan);

/* The Kubernetes status manager of GoPie's Fig. 1: line numbers as there. */
extern const struct fake_program fake_fig1;
#define FIG1_CHAN 1
#define FIG1_MUTEX 2
/* Goroutine paths of G1, G2, G3. */
uint64_t fake_fig1_path(int g);
struct knot_chain_op fake_fig1_op(int g, uint32_t line, uint32_t op);

/* Panics when one goroutine is kept from its only step for 40 steps of another. */
extern const struct fake_program fake_deep;

/* A request has ended. */
static inline void feed_steps(
	struct knot_portfolio *p, const struct knot_plan *plan, uint64_t steps_per_run)
{
	struct knot_plan_end end = {
		.runs = plan->request.count, .steps = plan->request.count * steps_per_run};

	knot_portfolio_feed_end(p, plan, &end);
}

#endif
