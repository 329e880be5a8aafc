/* SPDX-License-Identifier: BSD-2-Clause */
/* CPOP pairs per target, and the operations they are made of. Made for a million and more. */
#ifndef KNOT_STORE_PAIR_H
#define KNOT_STORE_PAIR_H

#include <stddef.h>
#include <stdint.h>

struct knot_error;
struct knot_store;

/* An operation; the same in every target. Its key is knot_hash_op of the three numbers. */
struct knot_store_op {
	uint64_t gpath;
	const char *gpath_text; /* as people read it */
	uint32_t site;
	uint32_t op; /* KNOT_OP_* */
};

struct knot_store_pair {
	uint32_t type; /* 1 = CPOP1, 2 = CPOP2 */
	uint64_t a, b; /* keys of operations */
	uint64_t first_run; /* run of the target that showed it first */
	uint64_t count;
};

typedef int (*knot_store_op_fn)(
	void *arg, uint64_t key, const struct knot_store_op *op, struct knot_error *err);
typedef int (*knot_store_pair_fn)(
	void *arg, const struct knot_store_pair *pair, struct knot_error *err);

/* Operations that are there already stay as they are. */
int knot_store_op_add(struct knot_store *store, const struct knot_store_op *ops, size_t len,
	struct knot_error *err);
/* Both operations of a pair must have been added. Known pairs get count added. */
int knot_store_pair_add(struct knot_store *store, int64_t target,
	const struct knot_store_pair *pairs, size_t len, struct knot_error *err);
/* The operations of the target's pairs, each once. */
int knot_store_op_each(struct knot_store *store, int64_t target, knot_store_op_fn fn, void *arg,
	struct knot_error *err);
int knot_store_pair_each(struct knot_store *store, int64_t target, knot_store_pair_fn fn, void *arg,
	struct knot_error *err);
/* How many critical states of channels they lead to. */
int knot_store_pair_states(
	struct knot_store *store, int64_t target, uint64_t *ret_count, struct knot_error *err);
int knot_store_pair_count(
	struct knot_store *store, int64_t target, uint64_t *ret_count, struct knot_error *err);

#endif
