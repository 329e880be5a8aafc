/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/portfolio.h"

#include "base/rng.h"
#include "base/vec.h"
#include "explore/corpus.h"
#include "explore/hb.h"
#include "explore/portfolio_internal.h"
#include "explore/sharing.h"
#include "wire/ops.h"

#include <string.h>

/* What a chain can show it shows early: a third of the usual steps, but not one run alone. */
#define CHAIN_SHARE 3
#define RUNS_MIN_CHAIN 8
#define RUNS_MAX_CHAIN 64
#define CHAIN_EIGHTHS 2 /* of the requests, whatever they yield, unless pairs come by themselves */
#define RUNS_A_PAIR 16 /* and fewer, as long as pairs come by themselves */
#define RPOS_EIGHTHS 3
#define STALL_EIGHTHS 1
#define REPEAT_ONE_IN \
	2 /* parents that are gone on from behind their prefix instead of being mutated */
#define CHAIN_MISSES \
	1 /* runs without all of the chain: two such end the request, later one for eight with it */
#define RUNS_MAX_STALL 16
#define RUNS_MIN_SURW 8 /* its first run only learns */
#define DELAYS_MAX 4 /* more found nothing further in GOAT's evaluation */
#define LONG_TIMERS_AFTER 4 /* requests */
#define WARM_UP 14 /* requests that alternate before the bandit decides */
#define STEP_LIMIT_UNKNOWN 400000 /* the whole trace of such a run fits the event ring */
#define STEP_LIMIT_RAISE 8 /* as long as no run has ended by itself */
#define STEP_LIMIT_RAISED_MAX 25600000 /* two seconds */
#define STEP_LIMIT_MIN 50000
#define STEP_LIMIT_MAX 4000000
#define STEP_LIMIT_TIMES 64 /* the longest normal run */
#define SEED_CHAINS_MAX 4096
#define RUNS_RECORDED 8 /* of a chain from a recording that can be had */
#define GOPIE_FRESH_TIMES 64
#define AUDIT_UNITS (1u << 20) /* the finest share of requests */

struct knot_portfolio_options knot_portfolio_defaults(uint64_t seed)
{
	return (struct knot_portfolio_options){
		.seed = seed,
		.policy = -1,
		.mutate = true,
		.feedback = true,
		.fresh_every = KNOT_PORTFOLIO_FRESH_EVERY,
		.request_steps = KNOT_PORTFOLIO_REQUEST_STEPS,
	};
}

struct knot_portfolio *knot_portfolio_new(const struct knot_portfolio_options *options)
{
	struct knot_portfolio *p = knot_xalloc(sizeof(*p));

	p->options = *options;
	p->is_blind = options->mutate && !options->feedback && !options->native;
	/* Its requests are single runs. */
	if (options->gopie && options->fresh_every > 1)
		p->options.fresh_every *= GOPIE_FRESH_TIMES;
	if (!p->options.request_steps)
		p->options.request_steps = KNOT_PORTFOLIO_REQUEST_STEPS;
	p->rarity_min = KNOT_PORTFOLIO_RARITY_MIN;
	p->rng =
		(struct knot_rng){.seed = options->seed, .stream = 0x706f7274}; /* its own stream */
	p->cpop = knot_cpop_new();
	knot_cpop_share(p->cpop, options->budget, options->desk);
	p->mutator = knot_mutator_new(p->cpop);
	knot_mutator_share(p->mutator, options->budget);
	p->hb = knot_hb_new(p->cpop, options->budget);
	knot_mutator_set_filter(p->mutator, knot_hb_forbids_chain, p->hb);
	p->refused = (struct knot_sample){.max = options->sample, .seed = options->seed};
	p->tried = p->refused;
	knot_mutator_watch(p->mutator, options->sample ? &p->refused : NULL);
	p->pool = knot_pool_new();
	knot_pool_share(p->pool, options->budget);
	return p;
}

void knot_portfolio_free(struct knot_portfolio *p)
{
	if (!p)
		return;
	knot_vec_free(&p->seeds);
	knot_vec_free(&p->recorded);
	knot_sample_free(&p->refused);
	knot_sample_free(&p->tried);
	knot_vec_free(&p->gopie);
	knot_sharing_free(&p->sharing);
	knot_pool_free(p->pool);
	knot_mutator_free(p->mutator);
	knot_hb_free(p->hb);
	knot_stalls_free(&p->stalls);
	knot_cpop_free(p->cpop);
	free(p);
}

struct knot_cpop *knot_portfolio_cpop(struct knot_portfolio *p)
{
	return p->cpop;
}

struct knot_pool *knot_portfolio_pool(struct knot_portfolio *p)
{
	return p->pool;
}

struct knot_sharing *knot_portfolio_sharing(struct knot_portfolio *p)
{
	return &p->sharing;
}

struct knot_mutator *knot_portfolio_mutator(struct knot_portfolio *p)
{
	return p->mutator;
}

void knot_portfolio_arm(
	const struct knot_portfolio *p, enum knot_arm arm, struct knot_arm_stats *ret)
{
	*ret = p->arms[arm].total;
}

const char *knot_portfolio_arm_name(enum knot_arm arm)
{
	static const char *const names[KNOT_ARM_COUNT + 1] = {"random", "pct2", "pct3", "pct4",
		"pos", "rpos", "surw", "delay", "stall", "chain", "recorded", "fifo"};

	return arm <= KNOT_ARM_COUNT ? names[arm] : "unknown";
}

bool knot_portfolio_seed_chain(struct knot_portfolio *p, const struct knot_chain *chain)
{
	if (p->seeds.len >= SEED_CHAINS_MAX || chain->len < KNOT_MUTATE_LEN_MIN ||
		!knot_mutator_mark(p->mutator, chain))
		return false;
	knot_vec_push(&p->seeds, *chain);
	return true;
}

bool knot_portfolio_seed_recorded(struct knot_portfolio *p, const struct knot_chain *chain)
{
	if (p->recorded.len >= SEED_CHAINS_MAX || chain->len < KNOT_MUTATE_LEN_MIN ||
		!knot_mutator_mark(p->mutator, chain))
		return false;
	knot_vec_push(&p->recorded, *chain);
	return true;
}

/* Not before there is a run: what it took is what the others are measured by. */
bool knot_portfolio_take_recorded(struct knot_portfolio *p, struct knot_chain *ret_chain)
{
	if (!p->options.mutate || p->requests < 2 || p->recorded_tried == p->recorded.len)
		return false;
	*ret_chain = p->recorded.data[p->recorded_tried++];
	return true;
}

void knot_portfolio_keep_fresh(struct knot_portfolio *p)
{
	p->options.fresh_every = 1;
}

/* Another stream instead of a counter: how many draws a request took is not known afterwards. */
void knot_portfolio_skip(struct knot_portfolio *p, uint64_t requests)
{
	p->requests += requests;
	p->rng.stream += requests << 32;
}

bool knot_portfolio_wants_rare(const struct knot_portfolio *p)
{
	return p->options.feedback && p->options.mutate && !p->options.native &&
		!p->options.gopie && !knot_portfolio_grows_fast(p);
}

bool knot_portfolio_grows_fast(const struct knot_portfolio *p)
{
	return p->recent_pairs * RUNS_A_PAIR > p->recent_runs;
}

bool knot_portfolio_chains_possible(const struct knot_portfolio *p)
{
	return p->options.mutate &&
		(p->seeds_tried < p->seeds.len ||
			(p->options.feedback && knot_cpop_pair2_count(p->cpop)) ||
			(p->is_blind && knot_cpop_op_count(p->cpop)));
}

/*
 * Pairs a step in fixed point, with some on top so that no arm is ever worth nothing. When nothing
 * yields any more the chain arm gets the greatest share: it alone never repeats itself.
 */
uint64_t knot_portfolio_arm_value(const struct knot_portfolio *p, enum knot_arm arm)
{
	const struct arm *a = &p->arms[arm];
	uint64_t reward = a->reward + (arm == KNOT_ARM_CHAIN ? 3 : 1);

	return (reward << 20) / (a->steps + 4ull * p->options.request_steps) + 1;
}

static enum knot_arm draw_arm(struct knot_portfolio *p)
{
	uint32_t n = knot_portfolio_chains_possible(p) ? KNOT_ARM_CHAIN + 1 : KNOT_ARM_CHAIN;
	uint64_t value[KNOT_ARM_COUNT], total = 0;

	/*
	 * What chains and RPOS are worth shows late, when new pairs are rare, and few operations are worth a stall, but these
	 * much: none of the three has to earn the first part of its share.
	 */
	const uint64_t share = p->options.feedback ? knot_rng_below(&p->rng, 8) : 8;

	if (share < STALL_EIGHTHS)
		return KNOT_ARM_STALL;
	if (share < STALL_EIGHTHS + RPOS_EIGHTHS)
		return KNOT_ARM_RPOS;
	if (share < STALL_EIGHTHS + RPOS_EIGHTHS + CHAIN_EIGHTHS && n > KNOT_ARM_CHAIN &&
		!knot_portfolio_grows_fast(p))
		return KNOT_ARM_CHAIN;
	if (knot_rng_below(&p->rng, KNOT_PORTFOLIO_EXPLORE_ONE_IN) == 0)
		return (enum knot_arm)knot_rng_below(&p->rng, n);
	for (uint32_t i = 0; i < n; i++) {
		value[i] = knot_portfolio_arm_value(p, (enum knot_arm)i);
		total += value[i];
	}
	uint64_t at = knot_rng_below(&p->rng, total);
	uint32_t i = 0;

	while (at >= value[i])
		at -= value[i++];
	return (enum knot_arm)i;
}

static enum knot_arm arm_of_policy(const struct knot_portfolio *p)
{
	switch (p->options.policy) {
	case KNOT_POLICY_PCT:
		return (enum knot_arm)(KNOT_ARM_PCT2 + p->requests % 3);
	case KNOT_POLICY_POS:
		return KNOT_ARM_POS;
	case KNOT_POLICY_RPOS:
		return KNOT_ARM_RPOS;
	case KNOT_POLICY_SURW:
		return KNOT_ARM_SURW;
	case KNOT_POLICY_DELAY:
		return KNOT_ARM_DELAY;
	}
	return KNOT_ARM_RANDOM;
}

/* Without those whose chains came from recordings: they are beside all that is counted by requests. */
static uint64_t own_requests(const struct knot_portfolio *p)
{
	return p->requests - p->recorded_tried;
}

/* The arm of a request: random, PCT 2, random, PCT 3, ... at first; a pinned policy always. */
static enum knot_arm choose_arm(struct knot_portfolio *p)
{
	static const enum knot_arm first[WARM_UP] = {KNOT_ARM_RANDOM, KNOT_ARM_PCT2,
		KNOT_ARM_RANDOM, KNOT_ARM_PCT3, KNOT_ARM_RANDOM, KNOT_ARM_PCT4, KNOT_ARM_RANDOM,
		KNOT_ARM_POS, KNOT_ARM_RANDOM, KNOT_ARM_SURW, KNOT_ARM_RANDOM, KNOT_ARM_DELAY,
		KNOT_ARM_RANDOM, KNOT_ARM_RPOS};

	if (p->options.policy >= 0) {
		if (own_requests(p) > WARM_UP && knot_portfolio_chains_possible(p) &&
			knot_rng_below(&p->rng, 2))
			return KNOT_ARM_CHAIN;
		return arm_of_policy(p);
	}
	if (own_requests(p) <= WARM_UP)
		return first[own_requests(p) - 1];
	return draw_arm(p);
}

uint32_t knot_portfolio_mean_steps(const struct knot_portfolio *p)
{
	return p->runs ? (uint32_t)(p->steps / p->runs) : 0;
}

/* Runs of a request: by measured steps, and never more than twice per request at the start. */
static uint32_t size_request(
	const struct knot_portfolio *p, enum knot_arm arm, const struct knot_shm_request *r)
{
	uint32_t cost = knot_portfolio_mean_steps(p) + KNOT_PORTFOLIO_RUN_STEPS;
	uint32_t runs = p->options.request_steps / cost;

	/* There are few of them, and no others before. */
	if (arm == KNOT_ARM_RECORDED)
		return p->runs ? RUNS_RECORDED : 1;
	uint32_t cap = arm == KNOT_ARM_CHAIN ? RUNS_MAX_CHAIN
		: arm == KNOT_ARM_STALL      ? RUNS_MAX_STALL
					     : KNOT_PORTFOLIO_RUNS_MAX;

	if (r->chain_len)
		runs = runs / CHAIN_SHARE < RUNS_MIN_CHAIN ? RUNS_MIN_CHAIN : runs / CHAIN_SHARE;
	if (arm == KNOT_ARM_SURW && runs < RUNS_MIN_SURW)
		runs = RUNS_MIN_SURW;
	if (own_requests(p) < KNOT_PORTFOLIO_RAMP_UP && cap > 1u << own_requests(p) / 2)
		cap = 1u << own_requests(p) / 2;
	if (!p->runs)
		cap = 1;
	if (runs > cap)
		runs = cap;
	return runs ? runs : 1;
}

static void set_policy(struct knot_portfolio *p, struct knot_shm_request *r, enum knot_arm arm)
{
	static const uint32_t policies[KNOT_ARM_CHAIN] = {[KNOT_ARM_RANDOM] = KNOT_POLICY_RANDOM,
		[KNOT_ARM_PCT2] = KNOT_POLICY_PCT,
		[KNOT_ARM_PCT3] = KNOT_POLICY_PCT,
		[KNOT_ARM_PCT4] = KNOT_POLICY_PCT,
		[KNOT_ARM_POS] = KNOT_POLICY_POS,
		[KNOT_ARM_RPOS] = KNOT_POLICY_RPOS,
		[KNOT_ARM_SURW] = KNOT_POLICY_SURW,
		[KNOT_ARM_DELAY] = KNOT_POLICY_DELAY};
	static const enum knot_arm under[] = {
		KNOT_ARM_RPOS, KNOT_ARM_RPOS, KNOT_ARM_RANDOM, KNOT_ARM_PCT2};
	uint32_t steps = knot_portfolio_mean_steps(p);

	if (arm >= KNOT_ARM_STALL)
		arm = under[knot_rng_below(&p->rng, 4)];
	r->policy = policies[arm];
	/* It weighs by the pairs seen, which count for nothing then. */
	if (r->policy == KNOT_POLICY_RPOS && !p->options.feedback)
		r->policy = KNOT_POLICY_POS;
	if (p->options.policy >= 0)
		r->policy = (uint32_t)p->options.policy;
	if (r->policy == KNOT_POLICY_PCT)
		r->depth = arm == KNOT_ARM_RANDOM ? 2 : 2 + (arm - KNOT_ARM_PCT2);
	if (r->policy == KNOT_POLICY_DELAY)
		r->depth = 1 + (uint32_t)knot_rng_below(&p->rng, DELAYS_MAX);
	if (r->depth && p->options.policy >= 0 && p->options.depth)
		r->depth = p->options.depth;
	/* change points beyond the end are lost, so the estimate is the mean and not the longest */
	if (r->depth)
		r->steps_hint = steps < 16 ? 16 : steps;
	/* Long timers fired early excuse a failed test, and are rarely early in life: most requests must be
	 * without that excuse, the first ones always. */
	const uint64_t timers = knot_rng_below(&p->rng, 4);

	if (timers == 0)
		r->flags |= KNOT_REQ_NO_TIMER;
	else if (timers <= 2 || p->requests <= LONG_TIMERS_AFTER)
		r->flags |= KNOT_REQ_SHORT_TIMER;
}

void knot_portfolio_set_limits(const struct knot_portfolio *p, struct knot_shm_request *r)
{
	uint64_t limit = STEP_LIMIT_UNKNOWN;

	if (p->options.step_limit) {
		limit = p->options.step_limit;
	} else if (p->longest) {
		limit = (uint64_t)p->longest * STEP_LIMIT_TIMES;
		if (limit < STEP_LIMIT_MIN)
			limit = STEP_LIMIT_MIN;
		if (limit > STEP_LIMIT_MAX)
			limit = STEP_LIMIT_MAX;
		if (limit < 2ull * p->longest)
			limit = 2ull * p->longest;
	} else if (p->too_long && !p->found && !p->serves) {
		limit = (uint64_t)p->too_long * STEP_LIMIT_RAISE;
		if (limit > STEP_LIMIT_RAISED_MAX)
			limit = STEP_LIMIT_RAISED_MAX;
	}
	r->step_limit = (uint32_t)limit;
	r->fair_after = (uint32_t)(limit / 4 ? limit / 4 : 1);
}

static bool has_op(const struct knot_chain *c, const struct knot_chain_op *o)
{
	for (uint32_t i = 0; i < c->len; i++) {
		if (c->ops[i].gpath == o->gpath && c->ops[i].site == o->site &&
			c->ops[i].op == o->op)
			return true;
	}
	return false;
}

/* A mutant of a random parent of the corpus; parents with nothing left to mutate are put to sleep. */
static bool mutate_corpus(
	struct knot_portfolio *p, struct knot_chain *ret_chain, struct knot_plan *plan)
{
	for (int i = 0; i < 4; i++) {
		uint32_t parent = knot_pool_pick(p->pool, &p->rng);

		if (parent == KNOT_POOL_NONE)
			return false;
		const struct knot_chain from = knot_pool_get(p->pool, parent)->chain;

		if (knot_pool_get(p->pool, parent)->prefix &&
			knot_rng_below(&p->rng, REPEAT_ONE_IN) == 0) {
			*ret_chain = (struct knot_chain){.len = 0};
			plan->parent = parent;
			plan->is_parent = true;
			return true;
		}
		if (knot_mutator_next(p->mutator, &from, &p->rng, ret_chain, &plan->how)) {
			plan->parent = parent;
			return true;
		}
		knot_pool_exhaust(p->pool, parent, knot_cpop_pair_count(p->cpop));
	}
	return false;
}

/* One of the corpus again with new seeds: a chain leaves everything beside it open. */
static bool repeat_corpus(
	struct knot_portfolio *p, struct knot_chain *ret_chain, struct knot_plan *plan)
{
	uint32_t len = knot_pool_len(p->pool);

	for (int i = 0; i < 4 && len; i++) {
		uint32_t at = (uint32_t)knot_rng_below(&p->rng, len);
		const struct knot_pool_entry *e = knot_pool_get(p->pool, at);

		if (e->dropped)
			continue;
		*ret_chain = e->chain;
		plan->parent = at;
		plan->is_parent = true;
		return true;
	}
	return false;
}

bool knot_portfolio_choose_chain(
	struct knot_portfolio *p, struct knot_chain *ret_chain, struct knot_plan *plan)
{
	plan->how = KNOT_OPERATOR_INITIAL;
	if (p->seeds_tried < p->seeds.len) {
		*ret_chain = p->seeds.data[p->seeds_tried++];
		return true;
	}
	if (p->is_blind)
		return knot_portfolio_blind_chain(p, ret_chain, plan);
	knot_pool_refresh(p->pool, knot_cpop_pair_count(p->cpop));
	bool mutant_first = knot_pool_len(p->pool) && knot_rng_below(&p->rng, 3) != 0;

	if (mutant_first && mutate_corpus(p, ret_chain, plan))
		return true;
	plan->how = KNOT_OPERATOR_INITIAL;
	if (knot_mutator_initial(p->mutator, &p->rng, ret_chain))
		return true;
	if (!mutant_first && mutate_corpus(p, ret_chain, plan))
		return true;
	return repeat_corpus(p, ret_chain, plan);
}

void knot_portfolio_set_chain(
	struct knot_portfolio *p, struct knot_plan *plan, const struct knot_chain *chain)
{
	struct knot_shm_request *r = &plan->request;

	knot_chain_put(chain, r);
	if (chain->len) {
		r->chain_misses = CHAIN_MISSES;
		if (!plan->is_parent)
			r->flags |= KNOT_REQ_HOLD_CHAIN;
	}
	if (plan->parent == KNOT_POOL_NONE)
		return;
	const struct knot_pool_entry *e = knot_pool_get(p->pool, plan->parent);

	if (!chain->len) {
		plan->prefix = e->prefix;
		r->prefix_len = e->prefix_len;
		return;
	}

	/* No operation of the parent lies inside the prefix, since all were held back till it was over; another may, and
	 * then the prefix is mostly in the way. */
	if (e->prefix && knot_rng_below(&p->rng, 8) < (has_op(&e->chain, &chain->ops[0]) ? 6 : 1)) {
		plan->prefix = e->prefix;
		r->prefix_len = e->head_len;
	}
}

void knot_portfolio_next(struct knot_portfolio *p, struct knot_plan *ret_plan)
{
	struct knot_plan plan = {.parent = KNOT_POOL_NONE, .arm = KNOT_ARM_COUNT};
	struct knot_shm_request *r = &plan.request;
	struct knot_chain chain;

	r->seed = knot_rng_next(&p->rng);
	r->count = 1;
	knot_portfolio_set_limits(p, r);
	if (knot_portfolio_wants_rare(p))
		r->rarity_min = p->rarity_min;
	if (!p->options.feedback && !p->is_blind)
		r->flags |= KNOT_REQ_NO_FEEDBACK;
	if (p->options.native)
		r->wait_us = knot_portfolio_native_wait_us(p);
	if (p->options.gopie) {
		p->requests++;
		knot_portfolio_plan_gopie(p, &plan);
	} else if (p->options.native) {
		p->requests++;
		knot_portfolio_plan_native(p, &plan);
	} else if (p->requests++ == 0 && p->options.policy < 0) {
		r->policy = KNOT_POLICY_FIFO;
	} else {
		plan.arm =
			knot_portfolio_take_recorded(p, &chain) ? KNOT_ARM_RECORDED : choose_arm(p);
		if (plan.arm == KNOT_ARM_RECORDED) {
			knot_portfolio_set_chain(p, &plan, &chain);
		} else if (plan.arm == KNOT_ARM_CHAIN) {
			if (knot_portfolio_choose_chain(p, &chain, &plan))
				knot_portfolio_set_chain(p, &plan, &chain);
			else
				plan.arm = KNOT_ARM_RANDOM;
		} else if (plan.arm == KNOT_ARM_STALL &&
			!knot_stalls_draw(&p->stalls, p->cpop, &p->rng, r)) {
			plan.arm = KNOT_ARM_RANDOM;
		}
		set_policy(p, r, plan.arm);
		r->count = size_request(p, plan.arm, r);
		/* without a choice to make one run is as good as many */
		if (r->policy == KNOT_POLICY_FIFO && !r->chain_len && plan.arm != KNOT_ARM_CHAIN)
			r->count = 1;
	}
	if (p->options.audit > 0 &&
		knot_rng_below(&p->rng, AUDIT_UNITS) < p->options.audit * AUDIT_UNITS) {
		plan.audit = true;
		r->flags |= KNOT_REQ_HOLD;
		r->count = 1;
	}
	/* Natively an access to memory is no scheduling point. */
	if (p->options.race && !p->options.native && !p->options.gopie) {
		knot_sharing_choose(&p->sharing, &p->rng, p->requests, r);
		/* A prefix is one of a run without such points. */
		if (r->mem_len) {
			plan.prefix = NULL;
			r->prefix_len = 0;
		}
	}
	if (p->options.fresh_every && p->requests % p->options.fresh_every == 0) {
		r->flags |= KNOT_REQ_EXIT;
		if (p->options.fresh_every == 1)
			r->count = 1;
	}
	*ret_plan = plan;
}
