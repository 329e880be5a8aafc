/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The living corpus of one target: the chains worth mutating, each with its energy.
 *
 * A chain gets in when it took effect (every operation executed in order) and did not time out. One
 * that also showed new pairs carries the energy of those; one that did not is kept with the least
 * energy, because on a small target random runs use up the new pairs before any chain is tried, and
 * the step towards a bug often repeats known pairs in a new order (Table III of GoPie does). When the
 * corpus is full such entries make room first.
 *
 * energy = (new pairs, rarity of the chain's pairs) x effect / (1 + picks without a yield)
 *
 * An entry is never removed while it is in use by number; dropping sets its energy to 0.
 * The text file of a corpus is wire/chain.h's; struct knot_pool is what the campaign works on.
 */
#ifndef KNOT_EXPLORE_CORPUS_H
#define KNOT_EXPLORE_CORPUS_H

#include "wire/chain.h"

struct knot_budget;
struct knot_pool;
struct knot_rng;

#define KNOT_POOL_NONE UINT32_MAX
#define KNOT_POOL_MAX 4096 /* entries */
#define KNOT_POOL_PREFIX_MAX 32768 /* decisions kept per entry; a longer prefix is not kept */
#define KNOT_POOL_PREFIX_BYTES (256u << 10) /* for all entries together */
#define KNOT_POOL_RARITY_MAX 255

struct knot_pool_entry {
	struct knot_chain chain;
	uint32_t parent; /* entry it was mutated from, KNOT_POOL_NONE = a pair or a seed chain */
	uint32_t new_pairs; /* that its first runs showed */
	uint32_t rarity; /* 0 (common) to KNOT_POOL_RARITY_MAX, of the pairs it is made of */
	uint32_t runs,
		runs_all; /* runs under it, and those in which all of it was executed in order */
	uint32_t picks; /* times it was chosen as a parent */
	uint32_t idle; /* picks since one yielded something */
	uint32_t dropped; /* 1 = timed out or lost its effect: never picked */
	uint64_t seed; /* of the run that brought it in */
	const uint16_t *
		prefix; /* that run's decisions, through the chain or up to it; owned by the pool */
	uint32_t prefix_len;
	uint32_t
		head_len; /* of these, before the chain's first operation; the others lead behind its last */
};

/* Caller frees with knot_pool_free. */
struct knot_pool *knot_pool_new(void);
void knot_pool_free(struct knot_pool *p);
/* What several pools have together; borrowed until it is freed, before the first entry. NULL = limits of its own. */
void knot_pool_share(struct knot_pool *p, struct knot_budget *budget);

uint32_t knot_pool_len(const struct knot_pool *p);
/* Borrowed until the next change. */
const struct knot_pool_entry *knot_pool_get(const struct knot_pool *p, uint32_t i);
/* KNOT_POOL_NONE when the chain is not there. */
uint32_t knot_pool_find(const struct knot_pool *p, const struct knot_chain *chain);

/*
 * Copies the entry and its prefix in; a chain that is there already gets the larger of both counts.
 * Also restores a saved corpus, entry by entry in order. Returns its number, KNOT_POOL_NONE when the
 * corpus is full of better ones.
 */
uint32_t knot_pool_add(struct knot_pool *p, const struct knot_pool_entry *entry);

/* By energy; counts the pick. KNOT_POOL_NONE when nothing has energy. */
uint32_t knot_pool_pick(struct knot_pool *p, struct knot_rng *rng);
/* A mutant of i showed new pairs, or a finding: i is worth more picks. */
void knot_pool_reward(struct knot_pool *p, uint32_t i, uint32_t new_pairs);
/* More runs under i's own chain. */
void knot_pool_count(struct knot_pool *p, uint32_t i, uint32_t runs, uint32_t runs_all);
void knot_pool_drop(struct knot_pool *p, uint32_t i);
/* All neighbours of i are used up: no picks before the number of pairs known exceeds pairs. */
void knot_pool_exhaust(struct knot_pool *p, uint32_t i, uint32_t pairs);
/* Wakes entries exhausted at fewer pairs. */
void knot_pool_refresh(struct knot_pool *p, uint32_t pairs);

uint32_t knot_pool_energy(const struct knot_pool *p, uint32_t i);
uint64_t knot_pool_energy_total(const struct knot_pool *p);

#endif
