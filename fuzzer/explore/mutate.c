/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/mutate.h"

#include "base/rng.h"
#include "base/vec.h"
#include "explore/budget.h"
#include "explore/cpop.h"
#include "explore/sample.h"

#include <string.h>

#define REL1_MAX 16 /* substitutes looked at per operation and way */
#define SEEN_FIRST 256 /* no more than anybody is sure of */
#define SEEN_SLOTS (1u << 19) /* per generation, when full grown: 4 MB */

/*
 * Hashes of the chains proposed, in two generations: when the young one is full and cannot grow it becomes the
 * old one. So memory is bounded, and a chain is forgotten only after a quarter of a million later ones, or
 * sooner when many targets share the memory.
 */
struct seen {
	uint64_t *young, *old;
	uint32_t cap, old_cap, used;
	struct knot_share *share; /* borrowed, may be NULL */
};

struct knot_mutator {
	struct knot_cpop *cpop;
	knot_mutate_filter filter;
	void *filter_arg;
	struct knot_sample *watch; /* borrowed, may be NULL */
	struct seen seen;
	KNOT_VEC(uint32_t) fresh; /* CPOP2 pairs not proposed: index * 2 + flipped */
	KNOT_VEC(uint32_t) refused; /* ... that looked impossible so far */
	uint32_t refused_at; /* pairs known when they were last looked at */
	uint32_t pairs_known; /* pairs below this index have been put into fresh */
	struct knot_mutate_stats stats;
};

/* How many neighbours each operator has, in the order of their numbers. */
struct neighbours {
	uint32_t count[KNOT_OPERATOR_COUNT];
	uint32_t total;
};

struct knot_mutator *knot_mutator_new(struct knot_cpop *cpop)
{
	struct knot_mutator *m = knot_xalloc(sizeof(*m));

	m->cpop = cpop;
	return m;
}

void knot_mutator_share(struct knot_mutator *m, struct knot_budget *budget)
{
	m->seen.share = budget ? &budget->seen : NULL;
}

void knot_mutator_free(struct knot_mutator *m)
{
	if (!m)
		return;
	free(m->seen.young);
	free(m->seen.old);
	knot_vec_free(&m->fresh);
	knot_vec_free(&m->refused);
	free(m);
}

void knot_mutator_set_filter(struct knot_mutator *m, knot_mutate_filter filter, void *arg)
{
	m->filter = filter;
	m->filter_arg = arg;
}

void knot_mutator_watch(struct knot_mutator *m, struct knot_sample *refused)
{
	m->watch = refused;
}

void knot_mutator_stats(const struct knot_mutator *m, struct knot_mutate_stats *ret)
{
	*ret = m->stats;
}

static bool seen_in(const uint64_t *slots, uint32_t cap, uint64_t hash)
{
	if (!slots)
		return false;
	for (uint32_t i = (uint32_t)hash & (cap - 1); slots[i]; i = (i + 1) & (cap - 1)) {
		if (slots[i] == hash)
			return true;
	}
	return false;
}

static bool seen_has(const struct seen *s, uint64_t hash)
{
	return seen_in(s->young, s->cap, hash) || seen_in(s->old, s->old_cap, hash);
}

static void seen_insert(uint64_t *slots, uint32_t cap, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & (cap - 1);

	while (slots[i])
		i = (i + 1) & (cap - 1);
	slots[i] = hash;
}

static bool seen_grow(struct seen *s)
{
	if (s->cap >= SEEN_SLOTS || !knot_share_take(s->share, s->cap + s->old_cap, s->cap))
		return false;
	uint64_t *bigger = knot_xalloc(2 * (size_t)s->cap * sizeof(uint64_t));

	for (uint32_t i = 0; i < s->cap; i++) {
		if (s->young[i])
			seen_insert(bigger, s->cap * 2, s->young[i]);
	}
	free(s->young);
	s->young = bigger;
	s->cap *= 2;
	return true;
}

/* The new young one is as large as the share allows; where it allows none, everything is forgotten. */
static void seen_turn(struct seen *s)
{
	knot_share_give(s->share, s->cap + s->old_cap, s->old_cap);
	free(s->old);
	s->old = s->young;
	s->old_cap = s->cap;
	s->used = 0;
	for (uint32_t cap = s->cap ? s->cap : SEEN_FIRST; cap >= SEEN_FIRST; cap /= 2) {
		if (!knot_share_take(s->share, s->old_cap, cap))
			continue;
		s->young = knot_xalloc(cap * sizeof(uint64_t));
		s->cap = cap;
		return;
	}
	s->old = NULL;
	s->old_cap = 0;
	memset(s->young, 0, s->cap * sizeof(uint64_t));
}

static void seen_add(struct seen *s, uint64_t hash)
{
	if (s->used * 2 >= s->cap && (!s->cap || !seen_grow(s)))
		seen_turn(s);
	seen_insert(s->young, s->cap, hash);
	s->used++;
}

bool knot_mutator_mark(struct knot_mutator *m, const struct knot_chain *chain)
{
	return knot_mutator_mark_hash(m, knot_chain_hash(chain));
}

bool knot_mutator_mark_hash(struct knot_mutator *m, uint64_t hash)
{
	if (seen_has(&m->seen, hash))
		return false;
	seen_add(&m->seen, hash);
	return true;
}

static uint32_t find(const struct knot_mutator *m, const struct knot_chain_op *o)
{
	return knot_cpop_find(m->cpop, o->gpath, o->site, o->op);
}

enum knot_refusal knot_mutator_refusal(struct knot_mutator *m, const struct knot_chain *chain)
{
	for (uint32_t j = 1; j < chain->len; j++) {
		uint32_t b = find(m, &chain->ops[j]);

		for (uint32_t i = 0; i < j && b != KNOT_CPOP_NONE; i++) {
			uint32_t a = find(m, &chain->ops[i]);

			if (a != KNOT_CPOP_NONE && !knot_cpop_can_follow(m->cpop, a, b))
				return KNOT_REFUSAL_ORDER;
		}
	}
	return m->filter && m->filter(m->filter_arg, chain) ? KNOT_REFUSAL_FILTER
							    : KNOT_REFUSAL_NONE;
}

bool knot_mutator_possible(struct knot_mutator *m, const struct knot_chain *chain)
{
	return knot_mutator_refusal(m, chain) == KNOT_REFUSAL_NONE;
}

enum answer {
	ANSWER_YES,
	ANSWER_DOUBLE,
	ANSWER_IMPOSSIBLE,
};

/*
 * Passes a chain that is new and possible, and counts it. An impossible one is not marked: later traces
 * may show an order that these did not.
 */
static enum answer judge(
	struct knot_mutator *m, const struct knot_chain *chain, enum knot_operator kind)
{
	uint64_t hash = knot_chain_hash(chain);

	if (seen_has(&m->seen, hash)) {
		m->stats.doubles++;
		return ANSWER_DOUBLE;
	}
	const enum knot_refusal why = knot_mutator_refusal(m, chain);

	if (why != KNOT_REFUSAL_NONE) {
		struct knot_sampled *kept = m->watch ? knot_sample_offer(m->watch, chain) : NULL;

		m->stats.refused++;
		if (kept)
			kept->why = why;
		return ANSWER_IMPOSSIBLE;
	}
	seen_add(&m->seen, hash);
	m->stats.made[kind]++;
	return ANSWER_YES;
}

/* Queues the pairs seen since the last call, and once more those refused before there were new ones. */
static void refresh_initial(struct knot_mutator *m)
{
	uint32_t pairs = knot_cpop_pair_count(m->cpop);

	for (; m->pairs_known < pairs; m->pairs_known++) {
		struct knot_cpop_pair p;

		knot_cpop_get_pair(m->cpop, m->pairs_known, &p);
		if (p.type != 2)
			continue;
		knot_vec_push(&m->fresh, m->pairs_known * 2);
		knot_vec_push(&m->fresh, m->pairs_known * 2 + 1);
	}
	if (m->fresh.len || m->refused_at == pairs)
		return;
	m->refused_at = pairs;
	for (size_t i = 0; i < m->refused.len; i++)
		knot_vec_push(&m->fresh, m->refused.data[i]);
	m->refused.len = 0;
}

bool knot_mutator_initial(
	struct knot_mutator *m, struct knot_rng *rng, struct knot_chain *ret_chain)
{
	refresh_initial(m);
	while (m->fresh.len) {
		size_t at = (size_t)knot_rng_below(rng, m->fresh.len);
		uint32_t pick = m->fresh.data[at], ends[2];
		struct knot_chain chain = {.len = 2};

		m->fresh.data[at] = m->fresh.data[--m->fresh.len];
		knot_cpop_pair_ends(m->cpop, pick / 2, &ends[0], &ends[1]);
		chain.ops[0] = knot_cpop_chain_op(m->cpop, ends[pick % 2]);
		chain.ops[1] = knot_cpop_chain_op(m->cpop, ends[1 - pick % 2]);
		enum answer answer = judge(m, &chain, KNOT_OPERATOR_INITIAL);

		if (answer == ANSWER_YES) {
			*ret_chain = chain;
			return true;
		}
		if (answer == ANSWER_IMPOSSIBLE)
			knot_vec_push(&m->refused, pick);
	}
	return false;
}

/* Both ways of Rel1, successors first. */
static uint32_t substitutes(
	const struct knot_mutator *m, const struct knot_chain_op *o, uint32_t ret_ops[2 * REL1_MAX])
{
	uint32_t op = find(m, o), len;

	if (op == KNOT_CPOP_NONE)
		return 0;
	len = knot_cpop_rel1(m->cpop, op, KNOT_CPOP_AFTER, ret_ops, REL1_MAX);
	return len + knot_cpop_rel1(m->cpop, op, KNOT_CPOP_BEFORE, ret_ops + len, REL1_MAX);
}

static uint32_t augments(
	struct knot_mutator *m, const struct knot_chain *parent, const uint32_t **ret_ops)
{
	if (parent->len == 0 || parent->len >= KNOT_CHAIN_MAX)
		return 0;
	uint32_t tail = find(m, &parent->ops[parent->len - 1]);

	return tail == KNOT_CPOP_NONE ? 0 : knot_cpop_rel2(m->cpop, tail, ret_ops);
}

static struct neighbours count_neighbours(struct knot_mutator *m, const struct knot_chain *parent)
{
	struct neighbours n = {.total = 0};
	uint32_t ops[2 * REL1_MAX];
	const uint32_t *rel2;

	n.count[KNOT_OPERATOR_ABRIDGE] = parent->len > KNOT_MUTATE_LEN_MIN ? 2 : 0;
	n.count[KNOT_OPERATOR_FLIP] = parent->len > 1 ? parent->len - 1 : 0;
	for (uint32_t i = 0; i < parent->len; i++)
		n.count[KNOT_OPERATOR_SUBSTITUTE] += substitutes(m, &parent->ops[i], ops);
	n.count[KNOT_OPERATOR_AUGMENT] = augments(m, parent, &rel2);
	for (int i = 0; i < KNOT_OPERATOR_COUNT; i++)
		n.total += n.count[i];
	return n;
}

uint32_t knot_mutator_neighbours(struct knot_mutator *m, const struct knot_chain *parent)
{
	return count_neighbours(m, parent).total;
}

static void abridge(struct knot_chain *chain, bool head)
{
	if (head)
		memmove(&chain->ops[0], &chain->ops[1], (chain->len - 1) * sizeof(chain->ops[0]));
	chain->len--;
	chain->ops[chain->len] = (struct knot_chain_op){0};
}

static bool flip(struct knot_chain *chain, uint32_t at)
{
	struct knot_chain_op o = chain->ops[at];

	chain->ops[at] = chain->ops[at + 1];
	chain->ops[at + 1] = o;
	return o.gpath != chain->ops[at].gpath || o.site != chain->ops[at].site ||
		o.op != chain->ops[at].op;
}

static bool substitute(const struct knot_mutator *m, struct knot_chain *chain, uint32_t nth)
{
	uint32_t ops[2 * REL1_MAX];

	for (uint32_t i = 0; i < chain->len; i++) {
		uint32_t len = substitutes(m, &chain->ops[i], ops);

		if (nth < len) {
			chain->ops[i] = knot_cpop_chain_op(m->cpop, ops[nth]);
			return true;
		}
		nth -= len;
	}
	return false;
}

/* The nth neighbour that one operator makes. */
static bool apply(struct knot_mutator *m, const struct knot_chain *parent, enum knot_operator kind,
	uint32_t nth, struct knot_chain *ret_chain)
{
	const uint32_t *rel2;

	*ret_chain = *parent;
	switch (kind) {
	case KNOT_OPERATOR_ABRIDGE:
		abridge(ret_chain, nth == 0);
		return true;
	case KNOT_OPERATOR_FLIP:
		return flip(ret_chain, nth);
	case KNOT_OPERATOR_SUBSTITUTE:
		return substitute(m, ret_chain, nth);
	case KNOT_OPERATOR_AUGMENT:
		if (nth >= augments(m, parent, &rel2))
			return false;
		ret_chain->ops[ret_chain->len++] = knot_cpop_chain_op(m->cpop, rel2[nth]);
		return true;
	default:
		return false;
	}
}

static bool nth_neighbour(struct knot_mutator *m, const struct knot_chain *parent,
	const struct neighbours *n, uint32_t nth, struct knot_chain *ret_chain,
	enum knot_operator *ret_operator)
{
	int kind = 0;

	while (nth >= n->count[kind])
		nth -= n->count[kind++];
	*ret_operator = (enum knot_operator)kind;
	return apply(m, parent, *ret_operator, nth, ret_chain);
}

bool knot_mutator_neighbour(struct knot_mutator *m, const struct knot_chain *parent, uint32_t nth,
	struct knot_chain *ret_chain, enum knot_operator *ret_operator)
{
	struct neighbours n = count_neighbours(m, parent);

	return nth < n.total && nth_neighbour(m, parent, &n, nth, ret_chain, ret_operator);
}

bool knot_mutator_draw(struct knot_mutator *m, const struct knot_chain *parent,
	enum knot_operator kind, struct knot_rng *rng, struct knot_chain *ret_chain)
{
	const struct neighbours n = count_neighbours(m, parent);

	return n.count[kind] &&
		apply(m, parent, kind, (uint32_t)knot_rng_below(rng, n.count[kind]), ret_chain);
}

/* Short chains grow, long ones shrink: the preferred length is 2 to KNOT_MUTATE_LEN_GOOD. */
static enum knot_operator draw_operator(
	struct knot_rng *rng, const struct neighbours *n, uint32_t len)
{
	const uint32_t weight[KNOT_OPERATOR_COUNT] = {
		[KNOT_OPERATOR_ABRIDGE] = len > KNOT_MUTATE_LEN_GOOD ? 24 : 4,
		[KNOT_OPERATOR_FLIP] = 12,
		[KNOT_OPERATOR_SUBSTITUTE] = 16,
		[KNOT_OPERATOR_AUGMENT] = len < KNOT_MUTATE_LEN_GOOD ? 32 : 1,
	};
	uint32_t total = 0;

	for (int i = 0; i < KNOT_OPERATOR_COUNT; i++)
		total += n->count[i] ? weight[i] : 0;
	uint32_t at = (uint32_t)knot_rng_below(rng, total);
	int kind = 0;

	for (;; kind++) {
		uint32_t w = n->count[kind] ? weight[kind] : 0;

		if (at < w)
			return (enum knot_operator)kind;
		at -= w;
	}
}

bool knot_mutator_next(struct knot_mutator *m, const struct knot_chain *parent,
	struct knot_rng *rng, struct knot_chain *ret_chain, enum knot_operator *ret_operator)
{
	struct neighbours n = count_neighbours(m, parent);
	struct knot_chain chain;
	enum knot_operator kind;

	if (!n.total)
		return false;
	for (int i = 0; i < KNOT_MUTATE_TRIES; i++) {
		kind = draw_operator(rng, &n, parent->len);
		if (apply(m, parent, kind, (uint32_t)knot_rng_below(rng, n.count[kind]), &chain) &&
			judge(m, &chain, kind) == ANSWER_YES)
			goto found;
	}
	uint32_t start = (uint32_t)knot_rng_below(rng, n.total);

	for (uint32_t i = 0; i < n.total; i++) {
		if (nth_neighbour(m, parent, &n, (start + i) % n.total, &chain, &kind) &&
			judge(m, &chain, kind) == ANSWER_YES)
			goto found;
	}
	return false;
found:
	*ret_chain = chain;
	*ret_operator = kind;
	return true;
}
