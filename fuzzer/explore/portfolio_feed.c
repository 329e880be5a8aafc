/* SPDX-License-Identifier: BSD-2-Clause */
/* What a portfolio learns from the runs that were held, and from the end of each request. */
#include "base/alloc.h"
#include "explore/corpus.h"
#include "explore/hb.h"
#include "explore/portfolio_internal.h"
#include "wire/ops.h"

#include <stdlib.h>
#include <string.h>

#define FINDING_REWARD 64 /* pairs that a finding is worth */
#define RECENT_RUNS 128
#define WINDOW_REQUESTS 256 /* an arm's past is halved when it is worth so many requests */

#define LEARN_FIRST 64 /* runs with new pairs that all say which orders are possible */
#define LEARN_ONE_IN 4 /* of those behind them, as long as pairs come by themselves */
#define RARITY_A_BIT 8
#define RARE_MAX 8 /* rare pairs of a run that become chains */

/* Each step is one decision; timers, preemptions and the outside have entries without a step. */
static size_t skip_entries(const uint16_t *decisions, size_t len, size_t at)
{
	while (at < len && decisions[at] >= KNOT_MAX_GOROUTINES)
		at += knot_decision_slots(decisions[at]);
	return at;
}

uint32_t knot_portfolio_prefix_len(const struct knot_run_view *view, const uint16_t *decisions,
	size_t decisions_len, const struct knot_chain_op *op)
{
	size_t at = 0;

	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (e->kind != KNOT_EV_STEP)
			continue;
		at = skip_entries(decisions, decisions_len, at);
		if (at >= decisions_len || decisions[at] != e->g)
			return 0;
		if (e->g < view->gs_len && e->site == op->site && (!op->op || e->op == op->op) &&
			(!op->gpath || view->gs[e->g].path == op->gpath))
			return (uint32_t)at;
		at++;
	}
	return 0;
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
	return 64 / (1 + (uint32_t)(63 - __builtin_clzll(least | 1)));
}

/* A pair that a run shows and few others do: KNOT_EV_RARE. */
struct rare {
	uint32_t a, b; /* operations */
	uint32_t head, through; /* decisions before a, and up to b */
	uint32_t bits; /* how rare: one run in 2^bits */
};

typedef KNOT_VEC(struct rare) rares;

struct last {
	uint32_t op, at; /* operation, KNOT_CPOP_NONE = none, and decisions before it */
	uint32_t g;
};

/* Where in the run its rare pairs are. As knot_cpop_add sees it: steps, and what takes effect later. */
static void find_rare(const struct knot_cpop *c, const struct knot_plan_run *run, rares *ret)
{
	const struct knot_run_view *view = &run->view;
	const uint32_t prims = knot_run_prims(view);
	struct last *of_g = knot_xreallocarray(NULL, view->gs_len, sizeof(*of_g));
	struct last *of_prim = knot_xreallocarray(NULL, prims, sizeof(*of_prim));
	struct last before = {.op = KNOT_CPOP_NONE}, now = before;
	size_t at = 0;

	memset(of_g, 0xff, view->gs_len * sizeof(*of_g));
	memset(of_prim, 0xff, prims * sizeof(*of_prim));
	for (size_t i = 0; i < view->len; i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (e->kind == KNOT_EV_RARE) {
			if (before.op != KNOT_CPOP_NONE && now.op != KNOT_CPOP_NONE)
				knot_vec_push(ret,
					((struct rare){.a = before.op,
						.b = now.op,
						.head = before.at,
						.through = (uint32_t)at,
						.bits = (uint32_t)e->aux}));
		}
		if (e->g >= view->gs_len)
			continue;
		if (e->kind == KNOT_EV_STEP) {
			at = skip_entries(run->decisions, run->decisions_len, at);
			if (at >= run->decisions_len || run->decisions[at] != e->g)
				break;
			before.op = KNOT_CPOP_NONE;
			if (knot_run_is_operation(e->op))
				of_g[e->g] = (struct last){
					knot_cpop_find(c, view->gs[e->g].path, e->site, e->op),
					(uint32_t)at, e->g};
			at++;
		}
		if (e->kind != KNOT_EV_ACQUIRE && e->kind != KNOT_EV_SELECTED &&
			(e->kind != KNOT_EV_STEP || !knot_run_is_operation(e->op)))
			continue;
		now = of_g[e->g];
		if (now.op == KNOT_CPOP_NONE || !e->prim || e->prim >= prims)
			continue;
		before = of_prim[e->prim];
		of_prim[e->prim] = now;
	}
	free(of_prim);
	free(of_g);
}

static uint32_t capped(uint32_t rarity)
{
	return rarity < KNOT_POOL_RARITY_MAX ? rarity : KNOT_POOL_RARITY_MAX;
}

/*
 * What a run shows and few others do is a chain that took effect, behind the decisions that led there: it need not
 * be tried, it is mutated and gone on from. Of each such pair the pool keeps the rarest way to it.
 */
static void keep_rare(struct knot_portfolio *p, const struct knot_plan *plan,
	const struct knot_plan_run *run, const struct knot_cpop_gain *gain)
{
	rares found = {0};

	find_rare(p->cpop, run, &found);
	/* The last ones: they have the others in front of them. */
	for (size_t i = found.len > RARE_MAX ? found.len - RARE_MAX : 0; i < found.len; i++) {
		const struct rare *r = &found.data[i];
		struct knot_pool_entry entry = {.parent = plan->parent,
			.new_pairs = gain->pairs1 + gain->pairs2,
			.rarity = capped(RARITY_A_BIT * r->bits),
			.seed = run->result->seed,
			.prefix = run->decisions,
			.prefix_len = r->through,
			.head_len = r->head};

		entry.chain.len = 2;
		entry.chain.ops[0] = knot_cpop_chain_op(p->cpop, r->a);
		entry.chain.ops[1] = knot_cpop_chain_op(p->cpop, r->b);
		const uint32_t there = knot_pool_find(p->pool, &entry.chain);

		if (there != KNOT_POOL_NONE &&
			knot_pool_get(p->pool, there)->rarity >= entry.rarity)
			continue;
		/* One that is known and not there was dropped, or had no effect. */
		if (there == KNOT_POOL_NONE && !knot_mutator_mark(p->mutator, &entry.chain))
			continue;
		knot_pool_add(p->pool, &entry);
		if (plan->arm < KNOT_ARM_COUNT)
			p->arms[plan->arm].reward++;
		if (plan->parent != KNOT_POOL_NONE)
			knot_pool_reward(p->pool, plan->parent, 1);
	}
	knot_vec_free(&found);
}

static bool chain_worked(const struct knot_plan *plan, uint32_t chain_done)
{
	return plan->request.chain_len >= KNOT_MUTATE_LEN_MIN &&
		chain_done == plan->request.chain_len;
}

static bool names_all(const struct knot_chain *c)
{
	for (uint32_t i = 0; i < c->len; i++)
		if (!c->ops[i].gpath)
			return false;
	return true;
}

/*
 * The chain of plan with the goroutines that have executed it in a run: only of those is known what they do before and
 * after, which is what mutants are made of. As it is when the trace does not say.
 */
static struct knot_chain with_names(
	struct knot_portfolio *p, const struct knot_plan *plan, const struct knot_run_view *view)
{
	const struct knot_chain asked = knot_chain_get(&plan->request);
	struct knot_chain c = asked;

	if (names_all(&asked))
		return asked;
	for (size_t i = 0; i < view->len && !names_all(&c); i++) {
		const struct knot_shm_event *e = &view->events[i];

		if (e->kind == KNOT_EV_CHAIN && e->g < view->gs_len && e->aux < c.len)
			c.ops[e->aux] = (struct knot_chain_op){
				.gpath = view->gs[e->g].path, .site = e->site, .op = e->op};
	}
	if (!names_all(&c))
		return asked;
	knot_mutator_mark(p->mutator, &c);
	return c;
}

/* Is a run with new pairs to say which orders are possible? */
static bool is_learnt_from(struct knot_portfolio *p)
{
	/* Only mutants are asked about. The trace of a native run is in no order that clocks could follow. */
	if (!p->options.mutate || p->options.native || p->is_blind || p->options.gopie)
		return false;
	/* Chains wait as long as nearly every run would have something to say: some of them will do. */
	return p->learnt++ < LEARN_FIRST || !knot_portfolio_grows_fast(p) ||
		p->learnt % LEARN_ONE_IN == 0;
}

void knot_portfolio_feed_run(struct knot_portfolio *p, const struct knot_plan *plan,
	const struct knot_plan_run *run, struct knot_cpop_gain *ret_gain)
{
	struct knot_cpop_gain gain = {.first_pair = knot_cpop_pair_count(p->cpop)};
	const struct knot_shm_result *result = run->result;

	if ((p->options.feedback || p->is_blind) && run->view.len)
		knot_cpop_add(p->cpop, &run->view, &gain);
	if (gain.pairs1 + gain.pairs2 && !(result->flags & KNOT_RUN_TRUNCATED) && is_learnt_from(p))
		knot_hb_add(p->hb, &run->view);
	*ret_gain = gain;

	uint32_t pairs = p->options.feedback ? gain.pairs1 + gain.pairs2 : 0;

	if (plan->arm < KNOT_ARM_COUNT) {
		p->arms[plan->arm].reward += pairs;
		p->arms[plan->arm].total.pairs += gain.pairs1 + gain.pairs2;
	}
	if (plan->arm < KNOT_ARM_CHAIN)
		p->recent_pairs += pairs;
	if (plan->parent != KNOT_POOL_NONE)
		knot_pool_reward(p->pool, plan->parent, pairs);
	if ((result->end == KNOT_END_OK || result->end == KNOT_END_SKIP) &&
		result->steps > p->longest)
		p->longest = result->steps;
	if (result->end == KNOT_END_STEPS && plan->request.step_limit > p->too_long)
		p->too_long = plan->request.step_limit;
	if (result->flags & KNOT_RUN_RARE)
		p->rare_held++;
	if (result->flags & KNOT_RUN_RARE && run->decisions && !plan->request.mem_len &&
		knot_portfolio_wants_rare(p) && result->end != KNOT_END_STEPS)
		keep_rare(p, plan, run, &gain);
	if (!p->options.feedback || !chain_worked(plan, result->chain_done) ||
		result->end == KNOT_END_STEPS)
		return;
	struct knot_pool_entry entry = {.chain = with_names(p, plan, &run->view),
		.parent = plan->is_parent ? KNOT_POOL_NONE : plan->parent,
		.new_pairs = pairs,
		.seed = result->seed};

	if (p->options.gopie && run->view.len)
		knot_portfolio_feed_gopie(p, &entry.chain, &gain);
	entry.rarity = rarity_of(p, &entry.chain);
	entry.prefix_len = knot_portfolio_prefix_len(&run->view, run->decisions,
		run->decisions && !plan->request.mem_len ? run->decisions_len : 0,
		&entry.chain.ops[0]);
	entry.head_len = entry.prefix_len;
	entry.prefix = entry.prefix_len ? run->decisions : NULL;
	knot_pool_add(p->pool, &entry);
}

/* About one run in 64 is to be looked at for its rarity. */
static void adapt_rarity(struct knot_portfolio *p, uint32_t runs)
{
	if (p->rare_held > 1 + runs / 64) {
		p->rarity_min++;
		p->quiet_requests = 0;
	} else if (p->rare_held) {
		p->quiet_requests = 0;
	} else if (++p->quiet_requests >= 16 && p->rarity_min > KNOT_PORTFOLIO_RARITY_MIN) {
		p->rarity_min--;
		p->quiet_requests = 0;
	}
	p->rare_held = 0;
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

void knot_portfolio_serves(struct knot_portfolio *p)
{
	p->serves = true;
}

void knot_portfolio_feed_end(
	struct knot_portfolio *p, const struct knot_plan *plan, const struct knot_plan_end *end)
{
	if (plan->arm < KNOT_ARM_COUNT) {
		struct arm *a = &p->arms[plan->arm];

		a->steps += p->options.native
			? end->real_ns / 1000
			: end->steps + (uint64_t)end->runs * KNOT_PORTFOLIO_RUN_STEPS;
		a->total.requests++;
		a->total.runs += end->runs;
		a->total.steps += end->steps;
		if (a->steps > (uint64_t)WINDOW_REQUESTS * p->options.request_steps) {
			a->steps /= 2;
			a->reward /= 2;
		}
	}
	if (plan->arm < KNOT_ARM_CHAIN)
		p->recent_runs += end->runs;
	for (; p->recent_runs > RECENT_RUNS; p->recent_runs /= 2)
		p->recent_pairs /= 2;
	adapt_rarity(p, end->runs);
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
	struct knot_pool_entry entry = {.chain = knot_chain_get(&plan->request),
		.parent = plan->is_parent ? KNOT_POOL_NONE : plan->parent,
		.seed = plan->request.seed};
	struct knot_sampled *tried = knot_sample_offer(&p->tried, &entry.chain);

	if (tried) {
		tried->runs += end->runs;
		tried->whole += end->chain_all;
	}
	if (end->chain_all)
		knot_hb_allow(p->hb, &entry.chain);
	bool worked = end->chain_all > 0 && entry.chain.len >= KNOT_MUTATE_LEN_MIN;
	uint32_t at = knot_pool_find(p->pool, &entry.chain);

	/* What names nobody came into the corpus with names when its first run was looked at. */
	if (at == KNOT_POOL_NONE && worked && !end->timed_out && p->options.feedback &&
		names_all(&entry.chain)) {
		entry.rarity = rarity_of(p, &entry.chain);
		at = knot_pool_add(p->pool, &entry);
	}
	if (at == KNOT_POOL_NONE)
		return;
	knot_pool_count(p->pool, at, end->runs, end->chain_all);
	if (end->timed_out)
		knot_pool_drop(p->pool, at);
}
