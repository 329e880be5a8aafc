/* SPDX-License-Identifier: BSD-2-Clause */
/* Chains from recordings: when they are tried, and what becomes of them. */
#include "explore/corpus.h"
#include "explore/portfolio.h"
#include "tests/unit/explore/fake.h"

#include <criterion/criterion.h>

/* Behind the one run that comes before everything; then all goes on as if they had not been. */
Test(portfolio_recorded, tries_recorded_chains_before_everything)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(12);
	struct knot_portfolio *p = knot_portfolio_new(&o), *without = knot_portfolio_new(&o);
	struct knot_chain c = {.len = 2};
	struct knot_plan plan;

	c.ops[0] = fake_fig1_op(3, 17, KNOT_OP_LOCK);
	for (uint32_t site = 1; site <= 3; site++) {
		c.ops[1] = fake_fig1_op(1, site, KNOT_OP_LOCK);
		cr_assert(knot_portfolio_seed_recorded(p, &c));
		cr_assert_not(knot_portfolio_seed_recorded(p, &c));
		cr_assert_not(knot_portfolio_seed_chain(p, &c), "known");
	}
	knot_portfolio_next(p, &plan);
	cr_expect_eq(plan.arm, KNOT_ARM_COUNT);
	feed_steps(p, &plan, 16);
	for (uint32_t site = 1; site <= 3; site++) {
		knot_portfolio_next(p, &plan);
		cr_expect_eq(plan.arm, KNOT_ARM_RECORDED);
		cr_expect_str_eq(knot_portfolio_arm_name(plan.arm), "recorded");
		cr_expect_eq(plan.request.chain_len, 2);
		cr_expect_eq(plan.request.chain[1].site, site, "in their order");
		cr_expect_geq(
			plan.request.count, 2, "more than one, since a chain leaves much open");
		feed_steps(p, &plan, 16);
	}
	knot_portfolio_next(without, &plan);
	for (int i = 0; i < 13; i++) {
		struct knot_plan other;

		feed_steps(without, &plan, 16);
		knot_portfolio_next(without, &plan);
		knot_portfolio_next(p, &other);
		cr_expect_eq(other.arm, plan.arm, "%d", i);
		cr_expect_eq(other.request.count, plan.request.count, "%d", i);
		feed_steps(p, &other, 16);
	}
	knot_portfolio_free(p);
	knot_portfolio_free(without);
}

/* In the pool it is one of goroutines, so that there is something to mutate it with. */
Test(portfolio_recorded, names_who_executed_a_chain_of_nobody)
{
	struct fake *f = fake_new(&fake_fig1);
	struct knot_portfolio_options o = knot_portfolio_defaults(12);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_chain c = {.len = 2};
	struct knot_plan plan;
	uint32_t named = 0;

	c.ops[0] = (struct knot_chain_op){.site = 17, .op = KNOT_OP_LOCK};
	c.ops[1] = (struct knot_chain_op){.site = 19, .op = KNOT_OP_SEND};
	cr_assert(knot_portfolio_seed_recorded(p, &c));
	for (int i = 0; i < 2; i++) {
		knot_portfolio_next(p, &plan);
		fake_serve(f, p, &plan);
	}
	cr_expect_eq(plan.arm, KNOT_ARM_RECORDED);
	for (uint32_t i = 0; i < knot_pool_len(knot_portfolio_pool(p)); i++) {
		const struct knot_chain *x = &knot_pool_get(knot_portfolio_pool(p), i)->chain;

		for (uint32_t k = 0; k < x->len; k++)
			cr_expect_neq(x->ops[k].gpath, 0);
		named += x->len == 2 && x->ops[0].site == 17 && x->ops[1].site == 19;
	}
	cr_expect_eq(named, 1);
	knot_portfolio_free(p);
	fake_free(f);
}
