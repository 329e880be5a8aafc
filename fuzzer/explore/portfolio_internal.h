/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the portfolio share: portfolio.c, and portfolio_native.c for native targets. */
#ifndef KNOT_EXPLORE_PORTFOLIO_INTERNAL_H
#define KNOT_EXPLORE_PORTFOLIO_INTERNAL_H

#include "base/rng.h"
#include "base/vec.h"
#include "explore/corpus.h"
#include "explore/portfolio.h"
#include "explore/sample.h"
#include "explore/sharing.h"
#include "explore/stalls.h"

#define KNOT_PORTFOLIO_EXPLORE_ONE_IN 6 /* draws that ignore the yields */
#define KNOT_PORTFOLIO_RAMP_UP 24 /* requests until the size is the measured one */
#define KNOT_PORTFOLIO_RUNS_MAX 4096 /* a request */
#define KNOT_PORTFOLIO_RARITY_MIN 4 /* bits: pairs that one run in 16 shows are not rare */
/* A run costs about as much as this many steps besides its own (measured: 3 us and 200 ns). */
#define KNOT_PORTFOLIO_RUN_STEPS 16

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
	struct knot_stalls stalls;
	struct knot_sample refused, tried; /* empty unless asked for */
	struct arm arms[KNOT_ARM_COUNT];
	KNOT_VEC(struct knot_chain) seeds;
	size_t seeds_tried;
	KNOT_VEC(struct knot_chain) recorded; /* those from recordings */
	size_t recorded_tried;
	uint64_t requests; /* made */
	uint32_t learnt; /* runs with new pairs that hb was, or could have been, told of */
	uint64_t recent_runs,
		recent_pairs; /* without chains: runs, halved from time to time, and pairs new in them */
	uint64_t runs, steps; /* all of them, without those that hit the step limit */
	uint32_t longest; /* steps of the longest run that ended by itself */
	uint32_t too_long; /* step limit of runs that came to it while none has ended by itself */
	bool serves; /* knot_portfolio_serves */
	bool is_blind; /* chains, but no feedback: blind.c */
	struct knot_chain blind; /* the last of them */
	KNOT_VEC(struct knot_chain) gopie; /* gopie.c: chains to try */
	uint32_t gopie_best; /* the greatest score so far */
	bool gopie_begun;
	bool found; /* something: what comes to the limit is then no long test but perhaps that */
	uint32_t rarity_min; /* bits: from which on a pair is rare */
	uint32_t rare_held, quiet_requests; /* in this request; requests in a row without one */
	uint64_t free_runs, free_ns; /* native: of the requests without a chain */
};

/* Is there anything to order? */
bool knot_portfolio_chains_possible(const struct knot_portfolio *p);
/* What an arm has yielded for its price. */
uint64_t knot_portfolio_arm_value(const struct knot_portfolio *p, enum knot_arm arm);
/* Of a request: when a run is too long. */
void knot_portfolio_set_limits(const struct knot_portfolio *p, struct knot_shm_request *r);
uint32_t knot_portfolio_mean_steps(const struct knot_portfolio *p);
/* Is there a chain from a recording to be tried, and is it its time? Takes it. */
bool knot_portfolio_take_recorded(struct knot_portfolio *p, struct knot_chain *ret_chain);
/* The next chain to try; where it comes from is written into plan. */
bool knot_portfolio_choose_chain(
	struct knot_portfolio *p, struct knot_chain *ret_chain, struct knot_plan *plan);
void knot_portfolio_set_chain(
	struct knot_portfolio *p, struct knot_plan *plan, const struct knot_chain *chain);

/* blind.c: a chain that owes nothing to pairs. Always true. */
bool knot_portfolio_blind_chain(
	struct knot_portfolio *p, struct knot_chain *ret_chain, struct knot_plan *plan);
/* gopie.c: the request, but for its seed and limits. */
void knot_portfolio_plan_gopie(struct knot_portfolio *p, struct knot_plan *plan);
/* chain took effect in the run that was added last to the pairs. */
void knot_portfolio_feed_gopie(struct knot_portfolio *p, const struct knot_chain *chain,
	const struct knot_cpop_gain *gain);
/*
 * As long as runs without a chain often show new pairs, a chain, which is about two operations, is worth no more than they are:
 * what it is for, an order that pairs do not show, is not what is missing then.
 */
bool knot_portfolio_grows_fast(const struct knot_portfolio *p);
/* Runs that few others are like are a source of chains. */
bool knot_portfolio_wants_rare(const struct knot_portfolio *p);

/* portfolio_native.c: how long an operation waits for the one before it in a chain. */
uint32_t knot_portfolio_native_wait_us(const struct knot_portfolio *p);
/* Fills in all that is not said by seed and limits. */
void knot_portfolio_plan_native(struct knot_portfolio *p, struct knot_plan *plan);

#endif
