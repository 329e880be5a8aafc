/* SPDX-License-Identifier: BSD-2-Clause */
/* Targets (one test each) and the sites of the binaries they are in. */
#ifndef KNOT_STORE_TARGET_H
#define KNOT_STORE_TARGET_H

#include <stddef.h>
#include <stdint.h>

struct knot_error;
struct knot_store;

/* What became of a target; kept as a number. */
enum knot_target_state_kind {
	KNOT_TARGET_FINE,
	KNOT_TARGET_BROKEN, /* it cannot be run */
	KNOT_TARGET_UNEVEN, /* its verdict differs under one and the same schedule */
};

/* Why a target of this state is set aside, NULL = it is not. */
const char *knot_target_state_why(uint32_t state);

/* A target is known by import path, flags and test; a build by the first two. */
struct knot_store_target {
	int64_t id, build; /* given by the store */
	const char *import_path;
	const char *test;
	const char *dir;
	const char *go_version;
	const char *flags;
	uint64_t salt;
	uint32_t state; /* enum knot_target_state_kind */
	uint64_t runs, steps, last_new_pair_run;
	uint64_t used_ns; /* worker time spent on it */
};

struct knot_store_site {
	uint32_t hash;
	const char *file;
	uint32_t line, col;
	uint32_t op; /* KNOT_OP_* */
	const char *prim; /* expression of the primitive */
	const char *func;
};

/* Strings are borrowed during the call. Return 0 to go on; anything else ends the listing with it. */
typedef int (*knot_store_target_fn)(
	void *arg, const struct knot_store_target *target, struct knot_error *err);
typedef int (*knot_store_site_fn)(
	void *arg, const struct knot_store_site *site, struct knot_error *err);

/*
 * Adds the target, or finds it again: dir and go_version are updated, everything else stays as stored
 * (the salt, too: pairs are keyed with it). Fills in what the store knows better: id, build, salt,
 * state, runs, steps, last_new_pair_run, used_ns. On failure target is unchanged.
 */
int knot_store_target_upsert(
	struct knot_store *store, struct knot_store_target *target, struct knot_error *err);
/* Sets state, runs, steps, last_new_pair_run and used_ns of target->id. */
int knot_store_target_update(
	struct knot_store *store, const struct knot_store_target *target, struct knot_error *err);
/* In the order they were added. */
int knot_store_target_each(
	struct knot_store *store, knot_store_target_fn fn, void *arg, struct knot_error *err);

int knot_store_site_upsert(struct knot_store *store, int64_t build,
	const struct knot_store_site *sites, size_t len, struct knot_error *err);
int knot_store_site_each(struct knot_store *store, int64_t build, knot_store_site_fn fn, void *arg,
	struct knot_error *err);

#endif
