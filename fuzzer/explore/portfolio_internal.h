/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the portfolio share: portfolio.c, and portfolio_native.c for native targets. */
#ifndef KNOT_EXPLORE_PORTFOLIO_INTERNAL_H
#define KNOT_EXPLORE_PORTFOLIO_INTERNAL_H

#include "base/rng.h"
#include "base/vec.h"
#include "explore/portfolio.h"
#include "explore/sharing.h"

#define KNOT_PORTFOLIO_EXPLORE_ONE_IN 6 /* draws that ignore the yields */
#define KNOT_PORTFOLIO_RAMP_UP 24 /* requests until the size is the measured one */
#define KNOT_PORTFOLIO_RUNS_MAX 4096 /* a request */

struct arm {
	uint64_t steps, reward; /* recent, halved from time to time */
	struct knot_arm_stats total;
};

struct knot_portfolio {
	struct knot_portfolio_options options;
	struct knot_rng rng;
	struct knot_cpop *cpop;
	struct knot_mutator *mutator;
	struct knot_hb *hb;
	struct knot_pool *pool;
	struct knot_sharing sharing;
	struct arm arms[KNOT_ARM_COUNT];
	KNOT_VEC(struct knot_chain) seeds;
	size_t seeds_tried;
	uint64_t requests; /* made */
	uint64_t runs, steps; /* all of them, without those that hit the step limit */
	uint32_t longest; /* steps of the longest run that ended by itself */
	uint32_t too_long; /* step limit of runs that came to it while none has ended by itself */
	bool found; /* something: what comes to the limit is then no long test but perhaps that */
	uint64_t free_runs, free_ns; /* native: of the requests without a chain */
};

/* Is there anything to order? */
bool knot_portfolio_chains_possible(const struct knot_portfolio *p);
/* What an arm has yielded for its price. */
uint64_t knot_portfolio_arm_value(const struct knot_portfolio *p, enum knot_arm arm);
/* The next chain to try; where it comes from is written into plan. */
bool knot_portfolio_choose_chain(
	struct knot_portfolio *p, struct knot_chain *ret_chain, struct knot_plan *plan);
void knot_portfolio_set_chain(
	struct knot_portfolio *p, struct knot_plan *plan, const struct knot_chain *chain);

/* portfolio_native.c: fills in all that is not said by seed and limits. */
void knot_portfolio_plan_native(struct knot_portfolio *p, struct knot_plan *plan);

#endif
