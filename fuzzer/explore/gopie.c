/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The classic algorithm, for comparison: GoPie (ASE 2023, section III-D), which tables hold goknot's own against.
 *
 * The first runs are free and only collect pairs. Then each run is under a chain of its own: a pair of CPOP2 that was
 * seen, or one of the chains that earlier ones were mutated into, taken out of them at random. A chain that took effect and
 * did not time out is mutated by the four operators over Rel1 and Rel2 (Rules 1 to 4), the more often the more its run has
 * shown. There is no happens-before, no prefix, no memory of what was tried, no other policy beside it, and no timer
 * fires by choice.
 *
 * What the paper leaves open is as in the published tool: 100 free runs, a score of pairs and states by which at most 128
 * mutants are made in rounds, substitutes and augments of every second chain of a round, chains of at most four pairs. What
 * the tool does against the paper is as in the paper: it substitutes and flips.
 */
#include "base/rng.h"
#include "base/vec.h"
#include "explore/corpus.h"
#include "explore/portfolio_internal.h"

#include <string.h>

#define FREE_RUNS 100
#define MUTANTS_MAX 128
#define QUEUE_MAX 4096
#define LEN_MAX 5 /* operations: four pairs */
#define STATE_SCORE 10
#define SCORE_FIRST 10

static bool is_same(const struct knot_chain *a, const struct knot_chain *b)
{
	return a->len == b->len && knot_chain_hash(a) == knot_chain_hash(b);
}

static void enqueue(struct knot_portfolio *p, const struct knot_chain *chain)
{
	if (p->gopie.len < QUEUE_MAX)
		knot_vec_push(&p->gopie, *chain);
	else
		p->gopie.data[knot_rng_below(&p->rng, QUEUE_MAX)] = *chain;
}

/* A CPOP2 pair, any of those seen. */
static bool draw_pair(struct knot_portfolio *p, struct knot_chain *ret_chain)
{
	const uint32_t pairs = knot_cpop_pair_count(p->cpop);
	uint32_t at = pairs ? (uint32_t)knot_rng_below(&p->rng, pairs) : 0;

	for (uint32_t i = 0; i < pairs; i++, at = (at + 1) % pairs) {
		struct knot_cpop_pair pair;
		uint32_t ends[2];

		knot_cpop_get_pair(p->cpop, at, &pair);
		if (pair.type != 2)
			continue;
		knot_cpop_pair_ends(p->cpop, at, &ends[0], &ends[1]);
		*ret_chain = (struct knot_chain){.len = 2,
			.ops = {knot_cpop_chain_op(p->cpop, ends[0]),
				knot_cpop_chain_op(p->cpop, ends[1])}};
		return true;
	}
	return false;
}

/* Chains of an earlier session are where it goes on. */
static void reload(struct knot_portfolio *p)
{
	p->gopie_begun = true;
	for (uint32_t i = 0; i < knot_pool_len(p->pool); i++)
		enqueue(p, &knot_pool_get(p->pool, i)->chain);
}

static bool next_chain(struct knot_portfolio *p, struct knot_chain *ret_chain)
{
	if (p->seeds_tried < p->seeds.len) {
		*ret_chain = p->seeds.data[p->seeds_tried++];
		return true;
	}
	if (p->requests <= FREE_RUNS)
		return false;
	if (!p->gopie_begun)
		reload(p);
	/* Pairs not seen before come in beside the chains that are there. */
	if (!p->gopie.len || knot_rng_below(&p->rng, p->gopie.len + 1) == 0)
		return draw_pair(p, ret_chain);
	const size_t at = (size_t)knot_rng_below(&p->rng, p->gopie.len);

	*ret_chain = p->gopie.data[at];
	p->gopie.data[at] = p->gopie.data[--p->gopie.len];
	return true;
}

void knot_portfolio_plan_gopie(struct knot_portfolio *p, struct knot_plan *plan)
{
	struct knot_shm_request *r = &plan->request;
	struct knot_chain chain;

	plan->arm = KNOT_ARM_RANDOM;
	r->policy = p->options.native ? KNOT_POLICY_FIFO : KNOT_POLICY_RANDOM;
	if (!p->options.native)
		r->flags |= KNOT_REQ_NO_TIMER;
	if (!next_chain(p, &chain))
		return;
	plan->arm = KNOT_ARM_CHAIN;
	knot_portfolio_set_chain(p, plan, &chain);
}

static void add_mutant(struct knot_portfolio *p, struct knot_chain *set, uint32_t *len,
	const struct knot_chain *chain, enum knot_operator how)
{
	struct knot_chain mutant;

	if (!knot_mutator_draw(p->mutator, chain, how, &p->rng, &mutant))
		return;
	for (uint32_t i = 0; i < *len; i++)
		if (is_same(&set[i], &mutant))
			return;
	set[(*len)++] = mutant;
}

static void mutate(struct knot_portfolio *p, const struct knot_chain *parent, uint32_t energy)
{
	struct knot_chain *set = knot_xalloc(sizeof(*set) * 2 * MUTANTS_MAX);
	const uint32_t want = 1 + energy * (MUTANTS_MAX - 1) / 100;
	uint32_t len = 1;

	set[0] = *parent;
	for (uint32_t round = 0, before = 0; len <= want && round < MUTANTS_MAX; round++) {
		before = len;
		for (uint32_t i = 0; i < before && len <= want; i++) {
			const struct knot_chain c = set[i];

			add_mutant(p, set, &len, &c, KNOT_OPERATOR_ABRIDGE);
			add_mutant(p, set, &len, &c, KNOT_OPERATOR_FLIP);
			if (knot_rng_below(&p->rng, 2))
				add_mutant(p, set, &len, &c, KNOT_OPERATOR_SUBSTITUTE);
			if (c.len < LEN_MAX && knot_rng_below(&p->rng, 2))
				add_mutant(p, set, &len, &c, KNOT_OPERATOR_AUGMENT);
		}
	}
	for (uint32_t i = 1; i < len; i++)
		enqueue(p, &set[i]);
	free(set);
}

void knot_portfolio_feed_gopie(
	struct knot_portfolio *p, const struct knot_chain *chain, const struct knot_cpop_gain *gain)
{
	uint32_t of_type[3] = {0}, log = 0;
	const uint32_t pairs = knot_cpop_pair_count(p->cpop);

	for (uint32_t i = 0; i < pairs; i++) {
		struct knot_cpop_pair pair;

		if (!knot_cpop_shown(p->cpop, i))
			continue;
		knot_cpop_get_pair(p->cpop, i, &pair);
		of_type[pair.type]++;
	}
	while (log < 31 && of_type[1] >> (log + 1))
		log++;
	const uint32_t score = of_type[2] + log + STATE_SCORE * gain->states;

	if (p->gopie_best < SCORE_FIRST)
		p->gopie_best = SCORE_FIRST;
	if (score + 1 > p->gopie_best)
		p->gopie_best = score + 1;
	mutate(p, chain, (uint32_t)((uint64_t)(score + 1) * 100 / p->gopie_best));
}
