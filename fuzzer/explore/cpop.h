/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one target's runs have shown so far: its operations, the pairs of operations (GoPie, ASE 2023,
 * section III-C) and the relations of section III-D over them.
 *
 * CPOP1: consecutive operations of one goroutine. CPOP2: consecutive operations on one primitive by
 * different goroutines. A blocked operation enters CPOP2 twice, when it is tried and when it takes
 * effect, because a chain can ask for either order. A select enters CPOP2 as the select, which is what a
 * chain can order; the case it took is an operation of its own that only CPOP1 leads to (select, case),
 * so that another case is something new. Likewise the critical states that an operation finds its channel in (full,
 * empty, closed: section IV-C), as far as the target tells of them. Such an operation has count 0 and is in no relation.
 *
 * Rel1 is CPOP1 (Rule 1). Rel2 is what Rules 2-4 reach: every operation entered by a CPOP2 edge at the
 * end of a walk over edges of both kinds. The closure is never built: rel2 walks at most
 * KNOT_CPOP_DEPTH edges, nearest first, stops at KNOT_CPOP_REL_MAX results and remembers the answer
 * until a new pair appears. Same-goroutine results are left out: their order is program order.
 *
 * Operations and pairs have dense indices in order of discovery and are never removed, so "new since"
 * is an index, and saving is copying the tail.
 */
#ifndef KNOT_EXPLORE_CPOP_H
#define KNOT_EXPLORE_CPOP_H

#include "explore/run_view.h"
#include "wire/chain.h"

struct knot_budget;
struct knot_cpop;
struct knot_cpop_desk;
struct knot_error;

#define KNOT_CPOP_NONE UINT32_MAX
#define KNOT_CPOP_OPS_MAX (1u << 17)
#define KNOT_CPOP_PAIRS_MAX (1u << 18)
#define KNOT_CPOP_REL_MAX 48
#define KNOT_CPOP_DEPTH 4

/* An operation; count = traces in which it was a step, 0 = it is only the case of a select. */
struct knot_cpop_op {
	uint64_t key; /* knot_hash_op */
	uint64_t gpath;
	uint32_t site;
	uint32_t op;
	uint64_t count;
};

/* A pair by the keys of its operations; type 1 or 2; count = traces that showed it. */
struct knot_cpop_pair {
	uint64_t a, b;
	uint32_t type;
	uint32_t count;
};

/* Goroutine child was created by goroutine parent at site. */
struct knot_cpop_spawn {
	uint64_t child, parent;
	uint32_t site;
};

/* What one trace added. The new pairs are those with indices from first_pair on. */
struct knot_cpop_gain {
	uint32_t ops, pairs1, pairs2;
	uint32_t states; /* of channels: among the operations */
	uint32_t first_pair;
	uint32_t dropped; /* operations and pairs that the limits kept out */
};

/*
 * One occurrence of a CPOP2 pair in the trace that is looked at: operations, who did them, and at which events they were
 * tried, or took effect.
 */
struct knot_cpop_meeting {
	uint32_t a, b;
	uint32_t a_g, b_g;
	uint32_t a_at, b_at;
};
typedef void (*knot_cpop_meeting_fn)(void *arg, const struct knot_cpop_meeting *m);

enum knot_cpop_way {
	KNOT_CPOP_AFTER, /* successors */
	KNOT_CPOP_BEFORE, /* predecessors */
};

/* Caller frees with knot_cpop_free. */
struct knot_cpop *knot_cpop_new(void);
/*
 * What several share: how much they may keep, and the desk, which is what looking at a trace needs and what
 * can be worked out again. Both borrowed until it is freed, NULL = its own; to be called before the first trace.
 */
void knot_cpop_share(struct knot_cpop *c, struct knot_budget *budget, struct knot_cpop_desk *desk);
/* Caller frees with knot_cpop_desk_free. */
struct knot_cpop_desk *knot_cpop_desk_new(void);
void knot_cpop_desk_free(struct knot_cpop_desk *d);
void knot_cpop_free(struct knot_cpop *c);

void knot_cpop_add(
	struct knot_cpop *c, const struct knot_run_view *run, struct knot_cpop_gain *ret_gain);
/* From now on knot_cpop_add tells of every occurrence. */
void knot_cpop_watch(struct knot_cpop *c, knot_cpop_meeting_fn fn, void *arg);

uint32_t knot_cpop_op_count(const struct knot_cpop *c);
uint32_t knot_cpop_pair_count(const struct knot_cpop *c);
uint32_t knot_cpop_pair2_count(const struct knot_cpop *c); /* CPOP2 pairs among them */
uint32_t knot_cpop_state_count(
	const struct knot_cpop *c); /* operations that are a channel's state */
uint32_t knot_cpop_spawn_count(const struct knot_cpop *c);
/* Times something was kept out because a limit was reached. */
uint64_t knot_cpop_dropped(const struct knot_cpop *c);
/* i below the count. */
void knot_cpop_get_op(const struct knot_cpop *c, uint32_t i, struct knot_cpop_op *ret);
/* The same as an element of a chain. */
struct knot_chain_op knot_cpop_chain_op(const struct knot_cpop *c, uint32_t i);
void knot_cpop_get_pair(const struct knot_cpop *c, uint32_t i, struct knot_cpop_pair *ret);
void knot_cpop_get_spawn(const struct knot_cpop *c, uint32_t i, struct knot_cpop_spawn *ret);
/* Did the last trace that was added show pair i? */
bool knot_cpop_shown(const struct knot_cpop *c, uint32_t i);
/* The operations of pair i, by index. */
void knot_cpop_pair_ends(const struct knot_cpop *c, uint32_t i, uint32_t *ret_a, uint32_t *ret_b);

/*
 * Restoring: operations first, then pairs and spawns. Doubles are merged (the counts add up).
 * A pair that names an unknown operation (unless the limits kept that out), or a type other than 1 and 2, is
 * KNOT_EINPUT. An operation saved without a count has one when its pairs tell that it was executed.
 */
int knot_cpop_restore_ops(
	struct knot_cpop *c, const struct knot_cpop_op *ops, size_t len, struct knot_error *err);
int knot_cpop_restore_pairs(struct knot_cpop *c, const struct knot_cpop_pair *pairs, size_t len,
	struct knot_error *err);
void knot_cpop_restore_spawns(
	struct knot_cpop *c, const struct knot_cpop_spawn *spawns, size_t len);

/* Index of an operation, KNOT_CPOP_NONE when it was never seen. */
uint32_t knot_cpop_find(const struct knot_cpop *c, uint64_t gpath, uint32_t site, uint32_t op);

/* Rule 1 and its converse, newest first; returns how many were written, at most max. */
uint32_t knot_cpop_rel1(const struct knot_cpop *c, uint32_t op, enum knot_cpop_way way,
	uint32_t *ret_ops, uint32_t max);
/* Rules 2-4; *ret_ops is borrowed until the next call on c. */
uint32_t knot_cpop_rel2(struct knot_cpop *c, uint32_t op, const uint32_t **ret_ops);

/*
 * May b come after a in one run? False only when the traces seen say no: b lies before a in every walk
 * of its goroutine's program order, or a is of a goroutine that b's goroutine creates after b. The go
 * statement itself may follow: its step comes when the child exists already.
 */
bool knot_cpop_can_follow(struct knot_cpop *c, uint32_t a, uint32_t b);

#endif
