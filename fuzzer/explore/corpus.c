/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/corpus.h"

#include "base/rng.h"
#include "explore/budget.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64 /* entries; doubled up to KNOT_POOL_MAX */
#define ENERGY_BASE 64 /* of an entry without new pairs and without rarity */

struct slot {
	struct knot_pool_entry e;
	uint64_t hash;
	uint32_t energy; /* as entered in the tree */
	uint32_t exhausted; /* pairs known when its neighbours were used up, 0 = they are not */
};

struct knot_pool {
	KNOT_VEC(struct slot) slots;
	uint32_t room; /* entries that tree and index are made for, a power of two or 0 */
	uint64_t *tree; /* room + 1: Fenwick tree of the energies: pick and change in log n */
	uint32_t *index; /* 2 * room: entry + 1 by chain hash, 0 = free, TOMB = was in use */
	uint32_t tombs;
	struct knot_budget *budget; /* borrowed, may be NULL */
	uint64_t prefix_bytes;
	uint32_t oldest_exhausted; /* no entry was exhausted at fewer pairs than this */
};

#define TOMB UINT32_MAX

struct knot_pool *knot_pool_new(void)
{
	struct knot_pool *p = knot_xalloc(sizeof(*p));

	p->oldest_exhausted = UINT32_MAX;
	return p;
}

void knot_pool_free(struct knot_pool *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->slots.len; i++)
		free((void *)p->slots.data[i].e.prefix);
	knot_vec_free(&p->slots);
	free(p->tree);
	free(p->index);
	free(p);
}

void knot_pool_share(struct knot_pool *p, struct knot_budget *budget)
{
	p->budget = budget;
}

uint32_t knot_pool_len(const struct knot_pool *p)
{
	return (uint32_t)p->slots.len;
}

const struct knot_pool_entry *knot_pool_get(const struct knot_pool *p, uint32_t i)
{
	knot_assert(i < p->slots.len);
	return &p->slots.data[i].e;
}

static uint32_t find_hash(const struct knot_pool *p, uint64_t hash, const struct knot_chain *chain)
{
	const uint32_t mask = 2 * p->room - 1;

	for (uint32_t i = (uint32_t)hash & mask; p->room && p->index[i]; i = (i + 1) & mask) {
		uint32_t at = p->index[i];

		if (at != TOMB && p->slots.data[at - 1].hash == hash &&
			knot_chain_equal(&p->slots.data[at - 1].e.chain, chain))
			return i;
	}
	return UINT32_MAX;
}

uint32_t knot_pool_find(const struct knot_pool *p, const struct knot_chain *chain)
{
	uint32_t i = find_hash(p, knot_chain_hash(chain), chain);

	return i == UINT32_MAX ? KNOT_POOL_NONE : p->index[i] - 1;
}

static void index_insert(struct knot_pool *p, uint32_t entry)
{
	const uint32_t mask = 2 * p->room - 1;
	uint32_t i = (uint32_t)p->slots.data[entry].hash & mask;

	while (p->index[i] && p->index[i] != TOMB)
		i = (i + 1) & mask;
	p->tombs -= p->index[i] == TOMB;
	p->index[i] = entry + 1;
}

static void index_remove(struct knot_pool *p, uint32_t entry)
{
	const struct slot *s = &p->slots.data[entry];

	p->index[find_hash(p, s->hash, &s->e.chain)] = TOMB;
	if (++p->tombs < p->room / 2)
		return;
	memset(p->index, 0, 2ul * p->room * sizeof(*p->index));
	p->tombs = 0;
	for (uint32_t i = 0; i < p->slots.len; i++) {
		if (i != entry)
			index_insert(p, i);
	}
}

static uint32_t ilog2(uint64_t x)
{
	return x ? 63 - (uint32_t)__builtin_clzll(x) : 0;
}

/* 0 to 4 + 64 + 64: integers only, so that a campaign repeats on every machine. */
static uint32_t energy_of(const struct slot *s)
{
	const struct knot_pool_entry *e = &s->e;

	if (e->dropped || s->exhausted)
		return 0;
	/* +1 before the logarithm so that the first new pair counts */
	uint64_t worth = ENERGY_BASE + 256 * ilog2(e->new_pairs + (e->new_pairs ? 1ull : 0)) +
		e->rarity * e->rarity / 4;
	uint64_t effect = e->runs ? 1 + 3 * (uint64_t)e->runs_all / e->runs : 2; /* 1 to 4 */
	uint64_t energy = worth * effect / (1 + e->idle);

	return energy ? (uint32_t)energy : 1;
}

static void set_energy(struct knot_pool *p, uint32_t i)
{
	struct slot *s = &p->slots.data[i];
	uint32_t now = energy_of(s);
	uint64_t change = (uint64_t)now - s->energy; /* wraps, and so does the sum */

	for (uint32_t at = i + 1; at <= p->room; at += at & -at)
		p->tree[at] += change;
	s->energy = now;
}

static void make_room(struct knot_pool *p)
{
	if (p->slots.len < p->room)
		return;
	p->room = p->room ? p->room * 2 : ROOM_FIRST;
	free(p->tree);
	free(p->index);
	p->tree = knot_xalloc((p->room + 1ul) * sizeof(*p->tree));
	p->index = knot_xalloc(2ul * p->room * sizeof(*p->index));
	p->tombs = 0;
	for (uint32_t i = 0; i < p->slots.len; i++) {
		index_insert(p, i);
		p->slots.data[i].energy = 0;
		set_energy(p, i);
	}
}

static uint16_t *copy_prefix(struct knot_pool *p, const uint16_t *prefix, uint32_t len)
{
	size_t bytes = len * sizeof(*prefix);

	if (!len || len > KNOT_POOL_PREFIX_MAX ||
		p->prefix_bytes + bytes > KNOT_POOL_PREFIX_BYTES ||
		!knot_share_take(p->budget ? &p->budget->prefixes : NULL, p->prefix_bytes, bytes))
		return NULL;
	uint16_t *copy = knot_xalloc(bytes);

	memcpy(copy, prefix, bytes);
	p->prefix_bytes += bytes;
	return copy;
}

static void take_prefix(
	struct knot_pool *p, struct knot_pool_entry *e, const struct knot_pool_entry *from)
{
	if (e->prefix) {
		size_t bytes = e->prefix_len * sizeof(*e->prefix);

		knot_share_give(p->budget ? &p->budget->prefixes : NULL, p->prefix_bytes, bytes);
		p->prefix_bytes -= bytes;
		free((void *)e->prefix);
	}
	e->prefix = copy_prefix(p, from->prefix, from->prefix ? from->prefix_len : 0);
	e->prefix_len = e->prefix ? from->prefix_len : 0;
	e->head_len = e->prefix ? from->head_len : 0;
}

/* The entry that a full corpus can spare: the weakest of those without new pairs. */
static uint32_t find_victim(const struct knot_pool *p)
{
	uint32_t victim = KNOT_POOL_NONE, least = UINT32_MAX;

	for (uint32_t i = 0; i < p->slots.len; i++) {
		const struct slot *s = &p->slots.data[i];

		if ((!s->e.new_pairs || s->e.dropped) && s->energy < least) {
			least = s->energy;
			victim = i;
		}
	}
	return victim;
}

/* A full corpus is not searched for the sake of an entry that would be the next victim. */
static uint32_t place(struct knot_pool *p, bool is_better)
{
	if (p->slots.len < KNOT_POOL_MAX &&
		knot_share_take(p->budget ? &p->budget->chains : NULL, p->slots.len, 1)) {
		struct slot fresh = {.hash = 0};

		make_room(p);
		knot_vec_push(&p->slots, fresh);
		return (uint32_t)p->slots.len - 1;
	}
	uint32_t victim = is_better ? find_victim(p) : KNOT_POOL_NONE;

	if (victim == KNOT_POOL_NONE)
		return victim;
	index_remove(p, victim);
	struct slot *s = &p->slots.data[victim];
	uint32_t energy = s->energy;

	take_prefix(p, &s->e, &(struct knot_pool_entry){.prefix = NULL});
	*s = (struct slot){.energy = energy}; /* still counted in the tree */
	return victim;
}

static uint32_t merge(struct knot_pool *p, uint32_t i, const struct knot_pool_entry *entry)
{
	struct knot_pool_entry *e = &p->slots.data[i].e;

	if (entry->new_pairs > e->new_pairs)
		e->new_pairs = entry->new_pairs;
	if (entry->prefix && (!e->prefix || entry->rarity > e->rarity)) {
		e->idle = 0;
		take_prefix(p, e, entry);
		e->seed = entry->seed;
	}
	if (entry->rarity > e->rarity)
		e->rarity = entry->rarity;
	set_energy(p, i);
	return i;
}

uint32_t knot_pool_add(struct knot_pool *p, const struct knot_pool_entry *entry)
{
	uint32_t i = knot_pool_find(p, &entry->chain);

	if (i != KNOT_POOL_NONE)
		return merge(p, i, entry);
	i = place(p, entry->new_pairs != 0);
	if (i == KNOT_POOL_NONE)
		return i;
	struct slot *s = &p->slots.data[i];

	s->hash = knot_chain_hash(&entry->chain);
	s->e = *entry;
	s->e.prefix = NULL;
	s->e.prefix_len = 0;
	take_prefix(p, &s->e, entry);
	index_insert(p, i);
	set_energy(p, i);
	return i;
}

uint64_t knot_pool_energy_total(const struct knot_pool *p)
{
	uint64_t sum = 0;

	for (uint32_t at = p->room; at; at -= at & -at)
		sum += p->tree[at];
	return sum;
}

uint32_t knot_pool_energy(const struct knot_pool *p, uint32_t i)
{
	knot_assert(i < p->slots.len);
	return p->slots.data[i].energy;
}

uint32_t knot_pool_pick(struct knot_pool *p, struct knot_rng *rng)
{
	uint64_t total = knot_pool_energy_total(p);

	if (!total)
		return KNOT_POOL_NONE;
	uint64_t at = knot_rng_below(rng, total);
	uint32_t i = 0;

	_Static_assert((KNOT_POOL_MAX & (KNOT_POOL_MAX - 1)) == 0, "the descent halves its step");
	for (uint32_t step = p->room; step; step /= 2) {
		if (i + step <= p->room && p->tree[i + step] <= at) {
			i += step;
			at -= p->tree[i];
		}
	}
	knot_assert(i < p->slots.len);
	p->slots.data[i].e.picks++;
	p->slots.data[i].e.idle++;
	set_energy(p, i);
	return i;
}

void knot_pool_reward(struct knot_pool *p, uint32_t i, uint32_t new_pairs)
{
	if (i >= p->slots.len || !new_pairs)
		return;
	p->slots.data[i].e.idle = 0;
	set_energy(p, i);
}

void knot_pool_count(struct knot_pool *p, uint32_t i, uint32_t runs, uint32_t runs_all)
{
	if (i >= p->slots.len)
		return;
	p->slots.data[i].e.runs += runs;
	p->slots.data[i].e.runs_all += runs_all;
	set_energy(p, i);
}

void knot_pool_drop(struct knot_pool *p, uint32_t i)
{
	if (i >= p->slots.len)
		return;
	p->slots.data[i].e.dropped = 1;
	set_energy(p, i);
}

void knot_pool_exhaust(struct knot_pool *p, uint32_t i, uint32_t pairs)
{
	if (i >= p->slots.len)
		return;
	p->slots.data[i].exhausted = pairs ? pairs : 1;
	if (pairs < p->oldest_exhausted)
		p->oldest_exhausted = pairs;
	set_energy(p, i);
}

void knot_pool_refresh(struct knot_pool *p, uint32_t pairs)
{
	if (pairs <= p->oldest_exhausted)
		return;
	p->oldest_exhausted = UINT32_MAX;
	for (uint32_t i = 0; i < p->slots.len; i++) {
		if (p->slots.data[i].exhausted && p->slots.data[i].exhausted < pairs) {
			p->slots.data[i].exhausted = 0;
			set_energy(p, i);
		}
	}
}
