/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * New chains from old (GoPie, ASE 2023, section III-D): abridge, flip, substitute, augment.
 *
 * Differences from the published tool: flip exists; substitute goes to the intra-goroutine predecessor
 * as well as to the successor (Table III needs both); nothing is proposed twice; chains of one
 * operation, which order nothing, are not made; chains that happens-before forbids are refused.
 * The order is random. A try costs one random draw among the neighbours of the parent; only when
 * KNOT_MUTATE_TRIES draws fail are all neighbours walked, from a random one on.
 */
#ifndef KNOT_EXPLORE_MUTATE_H
#define KNOT_EXPLORE_MUTATE_H

#include "wire/chain.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_budget;
struct knot_cpop;
struct knot_rng;
struct knot_sample;
struct knot_mutator;

#define KNOT_MUTATE_TRIES 16
#define KNOT_MUTATE_LEN_MIN 2
#define KNOT_MUTATE_LEN_GOOD 4 /* augment beyond it is rare: longer chains took effect less often */

enum knot_operator {
	KNOT_OPERATOR_INITIAL, /* a CPOP2 pair, as seen or flipped */
	KNOT_OPERATOR_ABRIDGE,
	KNOT_OPERATOR_FLIP,
	KNOT_OPERATOR_SUBSTITUTE,
	KNOT_OPERATOR_AUGMENT,
	KNOT_OPERATOR_COUNT,
};

/* Decides whether a chain is impossible; happens-before by vector clocks plugs in here. */
typedef bool (*knot_mutate_filter)(void *arg, const struct knot_chain *chain);

/* Why no run can have a chain. */
enum knot_refusal {
	KNOT_REFUSAL_NONE,
	KNOT_REFUSAL_ORDER, /* the order of one goroutine's operations, or of a go statement and its child's */
	KNOT_REFUSAL_FILTER,
};

/* How often what happened, for the status screen and the tests. */
struct knot_mutate_stats {
	uint64_t made[KNOT_OPERATOR_COUNT];
	uint64_t refused; /* impossible */
	uint64_t doubles;
};

/* cpop is borrowed and must live longer. Caller frees with knot_mutator_free. */
struct knot_mutator *knot_mutator_new(struct knot_cpop *cpop);
void knot_mutator_free(struct knot_mutator *m);
/* What several mutators may remember together; borrowed, before the first chain. NULL = a limit of its own. */
void knot_mutator_share(struct knot_mutator *m, struct knot_budget *budget);
void knot_mutator_set_filter(struct knot_mutator *m, knot_mutate_filter filter, void *arg);
/* Chains refused are offered to it, with their enum knot_refusal; borrowed, NULL = none. */
void knot_mutator_watch(struct knot_mutator *m, struct knot_sample *refused);

/* A CPOP2 pair not proposed so far; false when there is none left now. */
bool knot_mutator_initial(
	struct knot_mutator *m, struct knot_rng *rng, struct knot_chain *ret_chain);
/* A chain one operator away from parent, not proposed so far; false when all of them were. */
bool knot_mutator_next(struct knot_mutator *m, const struct knot_chain *parent,
	struct knot_rng *rng, struct knot_chain *ret_chain, enum knot_operator *ret_operator);

/* How many chains are one operator away; doubles and impossible ones are counted too. */
uint32_t knot_mutator_neighbours(struct knot_mutator *m, const struct knot_chain *parent);
/* The nth of them in a fixed order. False when it is no chain (a flip of equals). */
bool knot_mutator_neighbour(struct knot_mutator *m, const struct knot_chain *parent, uint32_t nth,
	struct knot_chain *ret_chain, enum knot_operator *ret_operator);

/* One of those that an operator makes, drawn. False when there is none, or it is no chain. */
bool knot_mutator_draw(struct knot_mutator *m, const struct knot_chain *parent,
	enum knot_operator kind, struct knot_rng *rng, struct knot_chain *ret_chain);

/* False when traces or the filter say that no run can order its operations so. */
enum knot_refusal knot_mutator_refusal(struct knot_mutator *m, const struct knot_chain *chain);
bool knot_mutator_possible(struct knot_mutator *m, const struct knot_chain *chain);
/* Counts a chain as proposed (a campaign that resumes, seed chains). False when it was already. */
bool knot_mutator_mark(struct knot_mutator *m, const struct knot_chain *chain);
bool knot_mutator_mark_hash(struct knot_mutator *m, uint64_t hash); /* its knot_chain_hash */
void knot_mutator_stats(const struct knot_mutator *m, struct knot_mutate_stats *ret);

#endif
