/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests of a native target: free runs, and chains. What is measured is real time. */
#include "explore/portfolio_internal.h"

#include "base/rng.h"
#include "explore/corpus.h"

/* Native: real time of a request without a chain, and how long an operation waits for the one before it. */
#define NATIVE_REQUEST_NS (20ull * 1000 * 1000)
#define NATIVE_RUNS_CHAIN 4
#define NATIVE_WAIT_MIN_US 10000
#define NATIVE_WAIT_MAX_US 1000000
#define NATIVE_WARM_UP 6 /* requests without a chain */

static uint64_t mean_ns(const struct knot_portfolio *p)
{
	return p->free_runs ? p->free_ns / p->free_runs : 0;
}

/* The longer the runs, the later the operation that is waited for may come. */
uint32_t knot_portfolio_native_wait_us(const struct knot_portfolio *p)
{
	const uint64_t us = mean_ns(p) / 1000;

	if (us < NATIVE_WAIT_MIN_US)
		return NATIVE_WAIT_MIN_US;
	return us > NATIVE_WAIT_MAX_US ? NATIVE_WAIT_MAX_US : (uint32_t)us;
}

static enum knot_arm choose_native_arm(struct knot_portfolio *p)
{
	if (p->requests <= NATIVE_WARM_UP || !knot_portfolio_chains_possible(p))
		return KNOT_ARM_RANDOM;
	if (knot_rng_below(&p->rng, KNOT_PORTFOLIO_EXPLORE_ONE_IN) == 0)
		return KNOT_ARM_RANDOM;
	const uint64_t free_value = knot_portfolio_arm_value(p, KNOT_ARM_RANDOM);

	return knot_rng_below(&p->rng, free_value + knot_portfolio_arm_value(p, KNOT_ARM_CHAIN)) <
			free_value
		? KNOT_ARM_RANDOM
		: KNOT_ARM_CHAIN;
}

void knot_portfolio_plan_native(struct knot_portfolio *p, struct knot_plan *plan)
{
	struct knot_shm_request *r = &plan->request;
	const uint64_t ns = mean_ns(p);
	struct knot_chain chain;

	r->policy = KNOT_POLICY_FIFO;
	if (knot_portfolio_take_recorded(p, &chain)) {
		plan->arm = KNOT_ARM_RECORDED;
		knot_portfolio_set_chain(p, plan, &chain);
		r->count = NATIVE_RUNS_CHAIN;
		return;
	}
	plan->arm = choose_native_arm(p);
	if (plan->arm == KNOT_ARM_CHAIN && knot_portfolio_choose_chain(p, &chain, plan)) {
		knot_portfolio_set_chain(p, plan, &chain);
		r->count = NATIVE_RUNS_CHAIN;
		return;
	}
	plan->arm = KNOT_ARM_RANDOM;
	if (ns && ns < NATIVE_REQUEST_NS)
		r->count = (uint32_t)(NATIVE_REQUEST_NS / ns);
	if (r->count > KNOT_PORTFOLIO_RUNS_MAX)
		r->count = KNOT_PORTFOLIO_RUNS_MAX;
	if (p->requests < KNOT_PORTFOLIO_RAMP_UP && r->count > 1u << p->requests / 2)
		r->count = 1u << p->requests / 2;
}
