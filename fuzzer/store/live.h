/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a campaign is doing, for who looks at it from another process: the ways to search and what they brought,
 * and the workers. Written with everything else.
 */
#ifndef KNOT_STORE_LIVE_H
#define KNOT_STORE_LIVE_H

#include <stdint.h>

struct knot_error;
struct knot_store;

/* An arm of the portfolio, of all sessions together. */
struct knot_store_arm {
	const char *name;
	uint64_t runs, steps, pairs, findings;
};

struct knot_store_worker {
	uint32_t worker; /* from 0 */
	int64_t target; /* 0 = none */
	int64_t pid; /* 0 = no process */
	uint64_t runs; /* of this session */
};

typedef int (*knot_store_arm_fn)(
	void *arg, const struct knot_store_arm *row, struct knot_error *err);
typedef int (*knot_store_worker_fn)(
	void *arg, const struct knot_store_worker *row, struct knot_error *err);

/* Adds to the row of that name, which is made when missing. */
int knot_store_arm_add(
	struct knot_store *store, const struct knot_store_arm *delta, struct knot_error *err);
/* By name. What row points to is borrowed during the call. */
int knot_store_arm_each(
	struct knot_store *store, knot_store_arm_fn fn, void *arg, struct knot_error *err);

int knot_store_worker_set(
	struct knot_store *store, const struct knot_store_worker *row, struct knot_error *err);
/* Forgets those from number first on: there are fewer now. */
int knot_store_worker_trim(struct knot_store *store, uint32_t first, struct knot_error *err);
int knot_store_worker_each(
	struct knot_store *store, knot_store_worker_fn fn, void *arg, struct knot_error *err);

#endif
