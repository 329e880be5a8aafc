/* SPDX-License-Identifier: BSD-2-Clause */
/* Samples of the chains that a portfolio refused and tried, and runs that force them. */
#include "base/hash.h"
#include "explore/portfolio.h"
#include "explore/sample.h"
#include "tests/unit/explore/fake.h"

#include <criterion/criterion.h>
#include <string.h>

#define REQUESTS 400
#define TRIES 60 /* requests */
#define RUNS 10 /* each */

/* A campaign on Fig. 1; ret_hash folds all of its requests. */
static struct knot_portfolio *campaign(struct fake *f, uint32_t sample, uint64_t *ret_hash)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(5);
	uint64_t hash = 0;

	o.sample = sample;
	struct knot_portfolio *p = knot_portfolio_new(&o);

	for (int i = 0; i < REQUESTS; i++) {
		struct knot_plan plan;

		knot_portfolio_next(p, &plan);
		fake_serve(f, p, &plan);
		hash = knot_hash_mix(hash ^ plan.request.seed ^ plan.request.chain_len ^
			plan.request.chain[0].site);
	}
	*ret_hash = hash;
	return p;
}

/* Whether forcing has the chain. */
static bool force(struct fake *f, struct knot_portfolio *p, const struct knot_chain *chain)
{
	for (uint32_t nth = 0; nth < TRIES; nth++) {
		struct knot_plan plan;

		knot_portfolio_trial(p, chain, nth, &plan);
		cr_assert_eq(plan.request.chain_len, chain->len);
		for (uint32_t i = 0; i < RUNS; i++)
			if (fake_run(f, &plan.request, NULL, i)->result.chain_done == chain->len)
				return true;
	}
	return false;
}

Test(trial, what_was_refused_cannot_be_had)
{
	struct fake *f = fake_new(&fake_fig1);
	uint64_t hash;
	struct knot_portfolio *p = campaign(f, 64, &hash);
	const struct knot_sample *s = knot_portfolio_refused(p);

	cr_assert_geq(s->kept.len, 5);
	for (size_t i = 0; i < s->kept.len; i++) {
		const struct knot_sampled *x = &s->kept.data[i];

		cr_expect(x->why == KNOT_REFUSAL_ORDER || x->why == KNOT_REFUSAL_FILTER);
		cr_expect_not(force(f, p, &x->chain), "chain %zu", i);
	}
	knot_portfolio_free(p);
	fake_free(f);
}

Test(trial, what_was_tried_is_counted_and_can_be_had_again)
{
	struct fake *f = fake_new(&fake_fig1);
	uint64_t hash;
	struct knot_portfolio *p = campaign(f, 64, &hash);
	const struct knot_sample *s = knot_portfolio_tried(p);
	uint32_t had = 0, again = 0;

	cr_assert_geq(s->kept.len, 16);
	for (size_t i = 0; i < s->kept.len; i++) {
		const struct knot_sampled *x = &s->kept.data[i];

		cr_expect_gt(x->runs, 0);
		cr_expect_leq(x->whole, x->runs);
		had += x->whole > 0;
		again += x->whole && force(f, p, &x->chain);
	}
	cr_expect_gt(had, s->kept.len / 2);
	/* What was had behind a prefix may take more luck without. */
	cr_expect_geq(again, had - had / 8, "%u of %u", again, had);
	knot_portfolio_free(p);
	fake_free(f);
}

Test(trial, a_sample_does_not_change_the_campaign)
{
	uint64_t without, with;
	struct fake *f = fake_new(&fake_fig1), *g = fake_new(&fake_fig1);
	struct knot_portfolio *p = campaign(f, 0, &without), *q = campaign(g, 16, &with);

	cr_expect_eq(without, with);
	cr_expect_eq(knot_portfolio_refused(p)->kept.len, 0);
	cr_expect_eq(knot_portfolio_tried(p)->kept.len, 0);
	cr_expect_eq(knot_portfolio_tried(q)->kept.len, 16);
	knot_portfolio_free(p);
	knot_portfolio_free(q);
	fake_free(f);
	fake_free(g);
}

Test(trial, forces_under_several_policies_and_repeats)
{
	struct knot_portfolio_options o = knot_portfolio_defaults(6);
	struct knot_portfolio *p = knot_portfolio_new(&o);
	struct knot_chain chain = {.len = 0};
	uint32_t policies = 0, timers = 0;

	knot_chain_push(&chain, fake_fig1_op(1, 10, KNOT_OP_LOCK));
	knot_chain_push(&chain, fake_fig1_op(3, 17, KNOT_OP_LOCK));
	for (uint32_t nth = 0; nth < 24; nth++) {
		struct knot_plan plan, again;

		knot_portfolio_trial(p, &chain, nth, &plan);
		knot_portfolio_trial(p, &chain, nth, &again);
		cr_expect_eq(memcmp(&plan.request, &again.request, sizeof(plan.request)), 0);
		cr_expect_eq(plan.request.chain_misses, 0, "it ends early for nothing");
		cr_expect_gt(plan.request.step_limit, 0);
		policies |= 1u << plan.request.policy;
		timers |= plan.request.flags & KNOT_REQ_NO_TIMER    ? 1u
			: plan.request.flags & KNOT_REQ_SHORT_TIMER ? 2u
								    : 4u;
	}
	cr_expect_eq(policies,
		1u << KNOT_POLICY_RPOS | 1u << KNOT_POLICY_RANDOM | 1u << KNOT_POLICY_PCT);
	cr_expect_eq(timers, 7);
	knot_portfolio_free(p);
}
