/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs that only show whether a chain can be had: under several policies, with timers as choices and without. */
#include "explore/portfolio_internal.h"

#include "base/hash.h"

#define TRIAL_DEPTH 3 /* of PCT */

const struct knot_sample *knot_portfolio_refused(const struct knot_portfolio *p)
{
	return &p->refused;
}

const struct knot_sample *knot_portfolio_tried(const struct knot_portfolio *p)
{
	return &p->tried;
}

void knot_portfolio_trial(struct knot_portfolio *p, const struct knot_chain *chain, uint32_t nth,
	struct knot_plan *ret_plan)
{
	static const uint32_t policies[] = {
		KNOT_POLICY_RPOS, KNOT_POLICY_RANDOM, KNOT_POLICY_PCT, KNOT_POLICY_RANDOM};
	static const uint32_t timers[] = {0, KNOT_REQ_SHORT_TIMER, KNOT_REQ_NO_TIMER};
	struct knot_plan plan = {.parent = KNOT_POOL_NONE, .arm = KNOT_ARM_COUNT};
	struct knot_shm_request *r = &plan.request;
	struct knot_rng rng = {
		.seed = p->options.seed, .stream = knot_chain_hash(chain), .counter = nth};

	knot_portfolio_set_limits(p, r);
	r->seed = knot_rng_next(&rng);
	r->policy = policies[nth % 4];
	r->flags = timers[nth / 4 % 3] | KNOT_REQ_HOLD_CHAIN;
	if (r->policy == KNOT_POLICY_PCT) {
		r->depth = TRIAL_DEPTH;
		r->steps_hint = knot_portfolio_mean_steps(p);
	}
	knot_chain_put(chain, r);
	if (p->options.race)
		knot_sharing_choose(&p->sharing, &rng, nth + 1, r);
	r->flags &= ~KNOT_REQ_MEM_LEARN;
	*ret_plan = plan;
}
