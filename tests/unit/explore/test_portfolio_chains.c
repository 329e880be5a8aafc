/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/portfolio.h"

#include "tests/unit/explore/fake.h"
#include "tests/unit/explore/traces.h"

#include <criterion/criterion.h>

/* A run of two goroutines that shows pairs of its own: that nothing has shown before, when nth is another. */
static void feed_pairs(struct knot_portfolio *p, const struct knot_plan *plan, uint32_t nth)
{
	struct trace t = start();
	struct knot_shm_result result = {.end = KNOT_END_OK, .steps = 2000};
	struct knot_cpop_gain gain;

	go(&t, 0, 1, 1);
	for (uint32_t i = 0; i < 8; i++)
		step(&t, i % 2, KNOT_OP_LOCK, 8 * nth + i + 10, 1);
	const struct knot_plan_run run = {.result = &result,
		.view = {.events = t.events, .len = t.len, .gs = t.gs, .gs_len = GS}};

	knot_portfolio_feed_run(p, plan, &run, &gain);
}

static uint32_t chains_of(struct knot_portfolio *p, bool has_new, uint32_t *nth)
{
	uint32_t chains = 0;

	for (int i = 0; i < 400; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		chains += plan.arm == KNOT_ARM_CHAIN;
		for (uint32_t k = 0; k < plan.request.count; k++)
			feed_pairs(p, &plan, has_new ? (*nth)++ : 0);
		feed_steps(p, &plan, 2000);
	}
	return chains;
}

Test(portfolio_chains, chains_wait_while_pairs_come_by_themselves)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(21);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	uint32_t nth = 1;
	const uint32_t fast = chains_of(p, true, &nth), first = chains_of(p, false, &nth),
		       slow = chains_of(p, false, &nth);

	cr_expect_lt(fast, 80, "%u of 400", fast);
	cr_expect_gt(first, 60, "%u of 400, the first behind those", first);
	cr_expect_gt(slow, 90, "%u of 400", slow);
	knot_portfolio_free(p);
}
