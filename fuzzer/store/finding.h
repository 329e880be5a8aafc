/* SPDX-License-Identifier: BSD-2-Clause */
/* Findings: one per target and bucket. */
#ifndef KNOT_STORE_FINDING_H
#define KNOT_STORE_FINDING_H

#include <stdbool.h>
#include <stdint.h>

struct knot_error;
struct knot_store;

/* Stored: never renumber. */
enum knot_finding_state {
	KNOT_FINDING_CANDIDATE = 0, /* not replayed yet */
	KNOT_FINDING_VERIFIED = 1, /* replayed in a fresh process */
	KNOT_FINDING_REJECTED = 2, /* did not replay */
	KNOT_FINDING_IGNORED = 3, /* replayed, and the ignore file matches it */
	KNOT_FINDING_FIXED = 4, /* it does not come any more since the code has changed */
	KNOT_FINDING_DIVERGED = 5, /* since then its schedule cannot be followed */
	KNOT_FINDING_INCONCLUSIVE = 6, /* since then nothing else is known of it */
};

/* As shown and as in -json; a state that is unknown is a candidate. */
const char *knot_finding_state_name(enum knot_finding_state state);

struct knot_store_finding;

/* Has the code changed so that nobody knows what has become of it? */
bool knot_finding_is_unclear(enum knot_finding_state state);

/* What its fixed_ns makes of it: "fixed", "regression", NULL = nothing. */
const char *knot_finding_fixed_name(const struct knot_store_finding *f);

struct knot_store_finding {
	int64_t id; /* given by the store */
	int64_t target;
	uint64_t bucket;
	const char *verdict;
	const char *title; /* its first line as shown */
	const char *signature; /* what the bucket is the hash of */
	enum knot_finding_state state;
	uint64_t first_seed;
	uint32_t policy; /* KNOT_POLICY_* */
	const char *crash_file; /* name in crashes/, "" = none */
	uint64_t hits;
	uint64_t replays, reproduced;
	uint64_t first_ns, last_ns; /* wall clock */
	const char *places; /* where it is: wire/places.h; NULL is "" */
	const char *ignored; /* why, escaped; NULL is "" */
	uint64_t
		build; /* that it was looked for on last: XXH3-64 of the test binary, 0 = not known */
	uint64_t
		fixed_ns; /* when it was seen to be fixed; of one that is verified: it is a regression; 0 = never */
	const char *outcome; /* what looking for it on another build came to, a line; NULL is "" */
};

typedef int (*knot_store_finding_fn)(
	void *arg, const struct knot_store_finding *finding, struct knot_error *err);

/*
 * Adds the finding; of one that is there, hits grows by finding->hits and last_ns is set, all else
 * stays. Fills in id, state and the sum of hits as stored: state tells whether it is new to verify.
 */
int knot_store_finding_upsert(
	struct knot_store *store, struct knot_store_finding *finding, struct knot_error *err);
/* Sets everything but target, bucket, hits, first_ns and outcome, which is emptied, of finding->id. */
int knot_store_finding_update(
	struct knot_store *store, const struct knot_store_finding *finding, struct knot_error *err);
/* It is ignored now, for that reason, or verified as it was before (reason ""). */
int knot_store_finding_ignore(
	struct knot_store *store, int64_t id, const char *reason, struct knot_error *err);
/* It has been looked for on another build: state, build, fixed_ns and outcome of finding->id are set. */
int knot_store_finding_settle(
	struct knot_store *store, const struct knot_store_finding *finding, struct knot_error *err);
/*
 * The code has moved, and finding->id with it: bucket, title, signature and places are set. Who had that bucket of the
 * target is of older code and gets one that nobody looks for.
 */
int knot_store_finding_move(
	struct knot_store *store, const struct knot_store_finding *finding, struct knot_error *err);
/* Of one target (0 = of every one), in the order they were found. Borrowed during the call. */
int knot_store_finding_each(struct knot_store *store, int64_t target, knot_store_finding_fn fn,
	void *arg, struct knot_error *err);

#endif
