/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/corpus.h"
#include "explore/portfolio.h"
#include "fake.h"

#include <criterion/criterion.h>

#include <string.h>

static struct knot_portfolio *gopie_new(bool native)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(7);

	o.gopie = true;
	o.native = native;
	return knot_portfolio_new(&o);
}

/* Free runs first; then a chain a run, each an operation or more away from one that took effect, and nothing else. */
Test(portfolio, the_classic_algorithm_runs_one_chain_after_the_other)
{
	struct knot_portfolio *p = gopie_new(false);
	struct fake *f = fake_new(&fake_fig1);
	uint32_t free_runs = 0, chains = 0, longest = 0;

	for (int i = 0; i < 600; i++) {
		struct knot_plan plan;
		const struct knot_shm_request *r = &plan.request;

		knot_portfolio_next(p, &plan);
		cr_assert_eq(r->count, 1);
		cr_assert_eq(r->prefix_len, 0);
		cr_assert_eq(r->rarity_min, 0);
		cr_assert_eq(r->policy, KNOT_POLICY_RANDOM);
		cr_assert(r->flags & KNOT_REQ_NO_TIMER);
		cr_assert_leq(r->chain_len, 5);
		cr_assert_eq(r->chain_len ? KNOT_ARM_CHAIN : KNOT_ARM_RANDOM, plan.arm);
		if (r->chain_len) {
			chains++;
			cr_assert_geq(r->chain_len, KNOT_MUTATE_LEN_MIN);
		} else {
			free_runs++;
			cr_assert_eq(chains, 0);
		}
		longest = r->chain_len > longest ? r->chain_len : longest;
		fake_serve(f, p, &plan);
	}
	cr_expect_eq(free_runs, 100);
	cr_expect_eq(chains, 500);
	cr_expect_eq(longest, 5);
	cr_expect_gt(knot_pool_len(knot_portfolio_pool(p)), 20);
	fake_free(f);
	knot_portfolio_free(p);
}

/* On the stock scheduler operations wait for each other in real time. */
Test(portfolio, the_classic_algorithm_runs_natively)
{
	struct knot_portfolio *p = gopie_new(true);
	struct knot_plan plan;

	knot_portfolio_next(p, &plan);
	cr_expect_eq(plan.request.policy, KNOT_POLICY_FIFO);
	cr_expect_eq(plan.request.count, 1);
	cr_expect_geq(plan.request.wait_us, 10000);
	knot_portfolio_free(p);
}

/* The chains of an earlier session are tried and mutated on. */
Test(portfolio, the_classic_algorithm_goes_on_from_the_corpus)
{
	struct knot_portfolio *p = gopie_new(false);
	const struct knot_pool_entry entry = {.parent = KNOT_POOL_NONE,
		.chain = {.len = 2, .ops = {{.gpath = 1, .site = 77}, {.gpath = 2, .site = 78}}}};
	bool is_tried = false;
	struct knot_plan plan;

	knot_pool_add(knot_portfolio_pool(p), &entry);
	for (int i = 0; i < 110 && !is_tried; i++) {
		knot_portfolio_next(p, &plan);
		is_tried = plan.request.chain_len == 2 && plan.request.chain[1].site == 78;
	}
	cr_expect(is_tried);
	knot_portfolio_free(p);
}
