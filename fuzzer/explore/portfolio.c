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

/* A run costs about as much as this many steps besides its own (measured: 3 us and 200 ns). */
#define RUN_OVERHEAD_STEPS 16
/* What a chain can show it shows early: a third of the usual steps, but not one run alone. */
#define CHAIN_SHARE 3
#define RUNS_MIN_CHAIN 4
#define RUNS_MAX_CHAIN 64
#define RUNS_MIN_SURW 8 /* its first run only learns */
#define DELAYS_MAX 4 /* more found nothing further in GOAT's evaluation */
#define LONG_TIMERS_AFTER 4 /* requests */
#define WARM_UP 14 /* requests that alternate before the bandit decides */
#define FINDING_REWARD 64 /* pairs that a finding is worth */
#define WINDOW_REQUESTS 256 /* an arm's past is halved when it is worth so many requests */
#define STEP_LIMIT_UNKNOWN 400000 /* the whole trace of such a run fits the event ring */
#define STEP_LIMIT_RAISE 8 /* as long as no run has ended by itself */
#define STEP_LIMIT_RAISED_MAX 25600000 /* two seconds */
#define STEP_LIMIT_MIN 50000
#define STEP_LIMIT_MAX 4000000
#define STEP_LIMIT_TIMES 64 /* the longest normal run */
#define SEED_CHAINS_MAX 4096
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
	if (!p->options.request_steps)
		p->options.request_steps = KNOT_PORTFOLIO_REQUEST_STEPS;
	p->rng =
		(struct knot_rng){.seed = options->seed, .stream = 0x706f7274}; /* its own stream */
	p->cpop = knot_cpop_new();
	knot_cpop_share(p->cpop, options->budget, options->desk);
	p->mutator = knot_mutator_new(p->cpop);
	knot_mutator_share(p->mutator, options->budget);
	p->hb = knot_hb_new(p->cpop, options->budget);
	knot_mutator_set_filter(p->mutator, knot_hb_forbids_chain, p->hb);
	p->pool = knot_pool_new();
	knot_pool_share(p->pool, options->budget);
	return p;
}

void knot_portfolio_free(struct knot_portfolio *p)
{
	if (!p)
		return;
	knot_vec_free(&p->seeds);
	knot_sharing_free(&p->sharing);
	knot_pool_free(p->pool);
	knot_mutator_free(p->mutator);
	knot_hb_free(p->hb);
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
	static const char *const names[KNOT_ARM_COUNT + 1] = {
		"random", "pct2", "pct3", "pct4", "pos", "surw", "delay", "chain", "fifo"};

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

bool knot_portfolio_chains_possible(const struct knot_portfolio *p)
{
	return p->options.mutate &&
		(p->seeds_tried < p->seeds.len ||
			(p->options.feedback && knot_cpop_pair2_count(p->cpop)));
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
	uint32_t n = knot_portfolio_chains_possible(p) ? KNOT_ARM_COUNT : KNOT_ARM_CHAIN;
	uint64_t value[KNOT_ARM_COUNT], total = 0;

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
	case KNOT_POLICY_SURW:
		return KNOT_ARM_SURW;
	case KNOT_POLICY_DELAY:
		return KNOT_ARM_DELAY;
	}
	return KNOT_ARM_RANDOM;
}

/* The arm of a request: random, PCT 2, random, PCT 3, ... at first; a pinned policy always. */
static enum knot_arm choose_arm(struct knot_portfolio *p)
{
	static const enum knot_arm first[WARM_UP] = {KNOT_ARM_RANDOM, KNOT_ARM_PCT2,
		KNOT_ARM_RANDOM, KNOT_ARM_PCT3, KNOT_ARM_RANDOM, KNOT_ARM_PCT4, KNOT_ARM_RANDOM,
		KNOT_ARM_POS, KNOT_ARM_RANDOM, KNOT_ARM_SURW, KNOT_ARM_RANDOM, KNOT_ARM_DELAY,
		KNOT_ARM_RANDOM, KNOT_ARM_POS};

	if (p->options.policy >= 0) {
		if (p->requests > WARM_UP && knot_portfolio_chains_possible(p) &&
			knot_rng_below(&p->rng, 2))
			return KNOT_ARM_CHAIN;
		return arm_of_policy(p);
	}
	if (p->requests <= WARM_UP)
		return first[p->requests - 1];
	return draw_arm(p);
}

static uint32_t mean_steps(const struct knot_portfolio *p)
{
	return p->runs ? (uint32_t)(p->steps / p->runs) : 0;
}

/* Runs of a request: by measured steps, and never more than twice per request at the start. */
static uint32_t size_request(const struct knot_portfolio *p, enum knot_arm arm)
{
	uint32_t cost = mean_steps(p) + RUN_OVERHEAD_STEPS;
	uint32_t runs = p->options.request_steps / cost;
	uint32_t cap = arm == KNOT_ARM_CHAIN ? RUNS_MAX_CHAIN : KNOT_PORTFOLIO_RUNS_MAX;

	if (arm == KNOT_ARM_CHAIN)
		runs = runs / CHAIN_SHARE < RUNS_MIN_CHAIN ? RUNS_MIN_CHAIN : runs / CHAIN_SHARE;
	if (arm == KNOT_ARM_SURW && runs < RUNS_MIN_SURW)
		runs = RUNS_MIN_SURW;
	if (p->requests < KNOT_PORTFOLIO_RAMP_UP && cap > 1u << p->requests / 2)
		cap = 1u << p->requests / 2;
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
		[KNOT_ARM_SURW] = KNOT_POLICY_SURW,
		[KNOT_ARM_DELAY] = KNOT_POLICY_DELAY};
	uint32_t steps = mean_steps(p);

	if (arm == KNOT_ARM_CHAIN)
		arm = knot_rng_below(&p->rng, 4) ? KNOT_ARM_RANDOM : KNOT_ARM_PCT2;
	r->policy = policies[arm];
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

static void set_limits(const struct knot_portfolio *p, struct knot_shm_request *r)
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
	} else if (p->too_long && !p->found) {
		limit = (uint64_t)p->too_long * STEP_LIMIT_RAISE;
		if (limit > STEP_LIMIT_RAISED_MAX)
			limit = STEP_LIMIT_RAISED_MAX;
	}
	r->step_limit = (uint32_t)limit;
	r->fair_after = (uint32_t)(limit / 4 ? limit / 4 : 1);
}

static bool same_head(const struct knot_chain *a, const struct knot_chain *b)
{
	return a->len && b->len && a->ops[0].gpath == b->ops[0].gpath &&
		a->ops[0].site == b->ops[0].site && a->ops[0].op == b->ops[0].op;
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

	r->chain_len = chain->len;
	for (uint32_t i = 0; i < chain->len; i++) {
		r->chain[i] = (struct knot_shm_chain_op){.gpath = chain->ops[i].gpath,
			.site = chain->ops[i].site,
			.op = chain->ops[i].op};
	}
	if (plan->parent == KNOT_POOL_NONE)
		return;
	const struct knot_pool_entry *e = knot_pool_get(p->pool, plan->parent);

	/* Another head may lie inside the prefix: then the prefix is mostly in the way. */
	if (e->prefix && knot_rng_below(&p->rng, same_head(&e->chain, chain) ? 2 : 8) == 0) {
		plan->prefix = e->prefix;
		r->prefix_len = e->prefix_len;
	}
}

void knot_portfolio_next(struct knot_portfolio *p, struct knot_plan *ret_plan)
{
	struct knot_plan plan = {.parent = KNOT_POOL_NONE, .arm = KNOT_ARM_COUNT};
	struct knot_shm_request *r = &plan.request;
	struct knot_chain chain;

	r->seed = knot_rng_next(&p->rng);
	r->count = 1;
	set_limits(p, r);
	if (!p->options.feedback)
		r->flags |= KNOT_REQ_NO_FEEDBACK;
	if (p->options.native) {
		p->requests++;
		knot_portfolio_plan_native(p, &plan);
	} else if (p->requests++ == 0 && p->options.policy < 0) {
		r->policy = KNOT_POLICY_FIFO;
	} else {
		plan.arm = choose_arm(p);
		if (plan.arm == KNOT_ARM_CHAIN) {
			if (knot_portfolio_choose_chain(p, &chain, &plan))
				knot_portfolio_set_chain(p, &plan, &chain);
			else
				plan.arm = KNOT_ARM_RANDOM;
		}
		set_policy(p, r, plan.arm);
		r->count = size_request(p, plan.arm);
		/* without a choice to make one run is as good as many */
		if (r->policy == KNOT_POLICY_FIFO && plan.arm != KNOT_ARM_CHAIN)
			r->count = 1;
	}
	if (p->options.audit > 0 &&
		knot_rng_below(&p->rng, AUDIT_UNITS) < p->options.audit * AUDIT_UNITS) {
		plan.audit = true;
		r->flags |= KNOT_REQ_HOLD;
		r->count = 1;
	}
	/* Natively an access to memory is no scheduling point. */
	if (p->options.race && !p->options.native) {
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

uint32_t knot_portfolio_prefix_len(const struct knot_run_view *view, const uint16_t *decisions,
	size_t decisions_len, const struct knot_chain_op *op)
{
	size_t at = 0;

	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (e->kind != KNOT_EV_STEP)
			continue;
		/* each step is one decision; timers, preemptions and the outside have entries without a step */
		while (at < decisions_len && decisions[at] >= KNOT_MAX_GOROUTINES)
			at += knot_decision_slots(decisions[at]);
		if (at >= decisions_len || decisions[at] != e->g)
			return 0;
		if (e->g < view->gs_len && e->site == op->site && (!op->op || e->op == op->op) &&
			(!op->gpath || view->gs[e->g].path == op->gpath))
			return (uint32_t)at;
		at++;
	}
	return 0;
}

static struct knot_chain chain_of(const struct knot_shm_request *r)
{
	struct knot_chain c = {.len = r->chain_len};

	for (uint32_t i = 0; i < c.len && i < KNOT_CHAIN_MAX; i++) {
		c.ops[i] = (struct knot_chain_op){
			.gpath = r->chain[i].gpath, .site = r->chain[i].site, .op = r->chain[i].op};
	}
	return c;
}

/* How rare the new pairs are is not yet known; how rare the chain's operations are is. */
static uint32_t rarity_of(const struct knot_portfolio *p, const struct knot_chain *chain)
{
	uint64_t least = UINT64_MAX;

	for (uint32_t i = 0; i < chain->len; i++) {
		const struct knot_chain_op *o = &chain->ops[i];
		uint32_t n = knot_cpop_find(p->cpop, o->gpath, o->site, o->op);
		struct knot_cpop_op op = {.count = 0};

		if (n != KNOT_CPOP_NONE)
			knot_cpop_get_op(p->cpop, n, &op);
		if (op.count < least)
			least = op.count;
	}
	return KNOT_POOL_RARITY_MAX / (1 + (uint32_t)(63 - __builtin_clzll(least | 1)));
}

static bool chain_worked(const struct knot_plan *plan, uint32_t chain_done)
{
	return plan->request.chain_len >= KNOT_MUTATE_LEN_MIN &&
		chain_done == plan->request.chain_len;
}

void knot_portfolio_feed_run(struct knot_portfolio *p, const struct knot_plan *plan,
	const struct knot_plan_run *run, struct knot_cpop_gain *ret_gain)
{
	struct knot_cpop_gain gain = {.first_pair = knot_cpop_pair_count(p->cpop)};
	const struct knot_shm_result *result = run->result;

	if (p->options.feedback && run->view.len)
		knot_cpop_add(p->cpop, &run->view, &gain);
	/* The trace of a native run is in no order that clocks could follow. */
	if (gain.pairs1 + gain.pairs2 && !p->options.native &&
		!(result->flags & KNOT_RUN_TRUNCATED))
		knot_hb_add(p->hb, &run->view);
	*ret_gain = gain;

	uint32_t pairs = gain.pairs1 + gain.pairs2;

	if (plan->arm < KNOT_ARM_COUNT) {
		p->arms[plan->arm].reward += pairs;
		p->arms[plan->arm].total.pairs += pairs;
	}
	if (plan->parent != KNOT_POOL_NONE)
		knot_pool_reward(p->pool, plan->parent, pairs);
	if ((result->end == KNOT_END_OK || result->end == KNOT_END_SKIP) &&
		result->steps > p->longest)
		p->longest = result->steps;
	if (result->end == KNOT_END_STEPS && plan->request.step_limit > p->too_long)
		p->too_long = plan->request.step_limit;
	if (!pairs || !chain_worked(plan, result->chain_done) || result->end == KNOT_END_STEPS)
		return;
	struct knot_pool_entry entry = {.chain = chain_of(&plan->request),
		.parent = plan->is_parent ? KNOT_POOL_NONE : plan->parent,
		.new_pairs = pairs,
		.seed = result->seed};

	entry.rarity = rarity_of(p, &entry.chain);
	entry.prefix_len = knot_portfolio_prefix_len(&run->view, run->decisions,
		run->decisions && !plan->request.mem_len ? run->decisions_len : 0,
		&entry.chain.ops[0]);
	entry.prefix = entry.prefix_len ? run->decisions : NULL;
	knot_pool_add(p->pool, &entry);
}

void knot_portfolio_reward_finding(struct knot_portfolio *p, const struct knot_plan *plan)
{
	p->found = true;
	if (plan->arm < KNOT_ARM_COUNT) {
		p->arms[plan->arm].reward += FINDING_REWARD;
		p->arms[plan->arm].total.findings++;
	}
	if (plan->parent != KNOT_POOL_NONE)
		knot_pool_reward(p->pool, plan->parent, FINDING_REWARD);
}

void knot_portfolio_feed_end(
	struct knot_portfolio *p, const struct knot_plan *plan, const struct knot_plan_end *end)
{
	if (plan->arm < KNOT_ARM_COUNT) {
		struct arm *a = &p->arms[plan->arm];

		a->steps += p->options.native
			? end->real_ns / 1000
			: end->steps + (uint64_t)end->runs * RUN_OVERHEAD_STEPS;
		a->total.requests++;
		a->total.runs += end->runs;
		a->total.steps += end->steps;
		if (a->steps > (uint64_t)WINDOW_REQUESTS * p->options.request_steps) {
			a->steps /= 2;
			a->reward /= 2;
		}
	}
	/* a run that ended at the step limit says nothing about the length of the others */
	if (!end->timed_out && end->runs && end->steps / end->runs < plan->request.step_limit) {
		p->runs += end->runs;
		p->steps += end->steps;
	}
	if (!plan->request.chain_len) {
		p->free_runs += end->real_ns ? end->runs : 0;
		p->free_ns += end->real_ns;
		return;
	}
	struct knot_pool_entry entry = {.chain = chain_of(&plan->request),
		.parent = plan->is_parent ? KNOT_POOL_NONE : plan->parent,
		.seed = plan->request.seed};
	bool worked = end->chain_all > 0 && entry.chain.len >= KNOT_MUTATE_LEN_MIN;
	uint32_t at = knot_pool_find(p->pool, &entry.chain);

	if (at == KNOT_POOL_NONE && worked && !end->timed_out && p->options.feedback) {
		entry.rarity = rarity_of(p, &entry.chain);
		at = knot_pool_add(p->pool, &entry);
	}
	if (at == KNOT_POOL_NONE)
		return;
	knot_pool_count(p->pool, at, end->runs, end->chain_all);
	if (end->timed_out)
		knot_pool_drop(p->pool, at);
}
