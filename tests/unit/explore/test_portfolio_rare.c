/* SPDX-License-Identifier: BSD-2-Clause */
/* What a portfolio makes of runs that show what few others do. */
#include "base/hash.h"
#include "explore/corpus.h"
#include "explore/portfolio.h"

#include <criterion/criterion.h>

/* A run of three goroutines: the second and the third lock the same, in this order. */
static struct knot_plan_run rare_run(
	struct knot_shm_event events[4], uint64_t bits, struct knot_shm_result *result)
{
	static const struct knot_shm_goroutine gs[] = {
		{.path = KNOT_PATH_ROOT, .parent = KNOT_G_NONE}, {.path = 11}, {.path = 12}};
	static const uint16_t decisions[] = {0, 1, 2};

	for (uint16_t g = 0; g < 3; g++)
		events[g] = (struct knot_shm_event){.g = g,
			.kind = KNOT_EV_STEP,
			.op = KNOT_OP_LOCK,
			.site = 20u + g,
			.prim = g ? 2 : 1};
	events[3] = (struct knot_shm_event){.g = 2, .kind = KNOT_EV_RARE, .aux = bits};
	return (struct knot_plan_run){.result = result,
		.view = {events, 4, gs, 3},
		.decisions = decisions,
		.decisions_len = 3};
}

Test(portfolio_rare, a_rare_pair_is_a_chain_behind_the_way_to_it)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(16);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_pool *pool = knot_portfolio_pool(p);
	struct knot_plan plan = {.arm = KNOT_ARM_RANDOM, .parent = KNOT_POOL_NONE};
	struct knot_shm_result result = {
		.end = KNOT_END_OK, .steps = 3, .flags = KNOT_RUN_RARE, .seed = 5};
	struct knot_shm_event events[4];
	struct knot_plan_run run = rare_run(events, 9, &result);
	struct knot_cpop_gain gain;

	/* Nobody asks for them while pairs come by themselves. */
	knot_portfolio_feed_run(p, &plan, &run, &gain);
	cr_expect_eq(knot_pool_len(pool), 0);
	const struct knot_plan_end end = {.runs = 100, .steps = 300};
	knot_portfolio_feed_end(p, &plan, &end);
	knot_portfolio_feed_run(p, &plan, &run, &gain);
	cr_assert_eq(knot_pool_len(pool), 1);
	const struct knot_pool_entry *e = knot_pool_get(pool, 0);
	const uint32_t rarity = e->rarity;

	cr_expect_eq(e->chain.len, 2);
	cr_expect_eq(e->chain.ops[0].site, 21);
	cr_expect_eq(e->chain.ops[1].gpath, 12);
	cr_expect_eq(e->head_len, 1);
	cr_expect_eq(e->prefix_len, 3);
	cr_expect_eq(e->seed, 5);
	/* A rarer way takes its place, a more common one does not. */
	result.seed = 6;
	run = rare_run(events, 8, &result);
	knot_portfolio_feed_run(p, &plan, &run, &gain);
	cr_expect_eq(knot_pool_get(pool, 0)->seed, 5);
	result.seed = 7;
	run = rare_run(events, 12, &result);
	knot_portfolio_feed_run(p, &plan, &run, &gain);
	cr_assert_eq(knot_pool_len(pool), 1);
	cr_expect_eq(knot_pool_get(pool, 0)->seed, 7);
	cr_expect_gt(knot_pool_get(pool, 0)->rarity, rarity);
	knot_portfolio_free(p);
}

Test(portfolio_rare, what_is_rare_adapts_to_what_runs_show)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(17);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_shm_result result = {.end = KNOT_END_OK, .flags = KNOT_RUN_RARE};
	const struct knot_plan_run run = {.result = &result};
	uint32_t least = 0, most = 0;

	for (int i = 0; i < 400; i++) {
		struct knot_cpop_gain gain;
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		cr_assert_gt(plan.request.rarity_min, 0);
		if (i == 0)
			least = plan.request.rarity_min;
		if (i == 100)
			most = plan.request.rarity_min;
		if (i < 100)
			for (int k = 0; k < 20; k++)
				knot_portfolio_feed_run(p, &plan, &run, &gain);
		if (i == 399)
			cr_expect_eq(plan.request.rarity_min, most - 300 / 16);
		const struct knot_plan_end end = {
			.runs = plan.request.count, .steps = plan.request.count * 16ull};

		knot_portfolio_feed_end(p, &plan, &end);
	}
	cr_expect_gt(most, least + 20);
	knot_portfolio_free(p);
}
