/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/corpus.h"
#include "explore/portfolio.h"
#include "fake.h"

#include <criterion/criterion.h>

/* GoPie-FB: chains there are, but pairs have no say in them. */
Test(portfolio, without_feedback_chains_are_blind)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(7);
	uint32_t chains = 0, backwards = 0;

	o.feedback = false;
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct fake *f = fake_new(&fake_fig1);
	struct knot_cpop *pairs = knot_portfolio_cpop(p);

	for (int i = 0; i < 400; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		cr_assert_not(plan.request.flags & KNOT_REQ_NO_FEEDBACK);
		cr_assert_eq(plan.parent, KNOT_POOL_NONE);
		cr_assert_eq(plan.request.prefix_len, 0);
		cr_assert_leq(plan.request.chain_len, KNOT_MUTATE_LEN_GOOD);
		const struct knot_chain chain = knot_chain_get(&plan.request);

		for (uint32_t n = 0; n < chain.len; n++) {
			const struct knot_chain_op *c = &chain.ops[n];

			cr_assert_neq(
				knot_cpop_find(pairs, c->gpath, c->site, c->op), KNOT_CPOP_NONE);
		}
		chains += chain.len > 0;
		backwards += chain.len && !knot_mutator_possible(knot_portfolio_mutator(p), &chain);
		fake_serve(f, p, &plan);
	}
	cr_expect_gt(chains, 20);
	cr_expect_gt(backwards, chains / 10, "%u of %u chains are impossible", backwards, chains);
	cr_expect_gt(knot_cpop_pair_count(pairs), 20, "pairs are counted");
	cr_expect_eq(knot_pool_len(knot_portfolio_pool(p)), 0);
	fake_free(f);
	knot_portfolio_free(p);
}
