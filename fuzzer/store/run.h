/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs, summed up per target and policy: single runs are far too many to keep. */
#ifndef KNOT_STORE_RUN_H
#define KNOT_STORE_RUN_H

#include "wire/abi.h"

#include <stdint.h>

struct knot_error;
struct knot_store;

#define KNOT_STORE_END_KINDS KNOT_END_COUNT

struct knot_store_runs {
	int64_t target;
	uint32_t policy; /* KNOT_POLICY_* */
	uint64_t runs, steps, choices, wall_ns;
	uint64_t chain_runs; /* runs with a chain */
	uint64_t chain_any, chain_all; /* ... in which one or all of its elements were ordered */
	uint64_t ends[KNOT_STORE_END_KINDS]; /* runs by KNOT_END_* */
};

typedef int (*knot_store_runs_fn)(
	void *arg, const struct knot_store_runs *runs, struct knot_error *err);

/* Adds the numbers of delta to those stored. */
int knot_store_runs_add(
	struct knot_store *store, const struct knot_store_runs *delta, struct knot_error *err);
/* Sums of one target (0 = of every one), one call per target and policy. */
int knot_store_runs_each(struct knot_store *store, int64_t target, knot_store_runs_fn fn, void *arg,
	struct knot_error *err);

#endif
