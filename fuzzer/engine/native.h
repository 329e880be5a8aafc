/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Native findings. A native run cannot be repeated exactly: it is tried again, some runs in each of several
 * fresh processes, and the share that ends the same way is what is known. Better is the same bug under the
 * controlled scheduler, where it replays exactly: that is tried, too.
 */
#ifndef KNOT_ENGINE_NATIVE_H
#define KNOT_ENGINE_NATIVE_H

#include "engine/replay.h"

struct knot_campaign;
struct knot_finding;
struct knot_target_state;

/* Runs of a verification, with a chain and without one; and of them in one process. */
#define KNOT_NATIVE_TRIES 24
#define KNOT_NATIVE_TRIES_FREE 200
#define KNOT_NATIVE_BATCH 8
#define KNOT_NATIVE_BATCH_FREE 50

/* Did a run that ended badly, or in which a race was reported, end as it should? */
typedef bool (*knot_native_same)(void *arg, const struct knot_outcome *outcome);

struct knot_native_trial {
	uint32_t tries, same;
	struct knot_outcome outcome; /* the first that is the same, else the last; owned */
};

/* Makes tries runs (schedule->runs is set here). ret_trial must be zeroed. */
int knot_native_try(struct knot_replayer *r, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, uint32_t tries, knot_native_same same, void *arg,
	struct knot_native_trial *ret_trial, struct knot_error *err);

/*
 * Tries the run that ended as rec did, under the chain of plan if it has one. Where that comes again in less
 * than half of the tries, chains derived from its trace are tried, and the best of them takes the place of
 * the chain in plan. ret_trial must be zeroed.
 */
int knot_native_verify(struct knot_replayer *r, const struct knot_worker_target *target,
	struct knot_plan *plan, const struct knot_record *rec, knot_native_same same, void *arg,
	struct knot_native_trial *ret_trial, struct knot_error *err);

/*
 * The same with the trace of another run that ended so, for what has been verified as trial says: of a native
 * trace the last operations may stand in another order than they had. Where a chain derived from rec brings
 * the end back more often, it is in plan, and trial, whose outcome must be empty, is what it did.
 */
int knot_native_improve(struct knot_replayer *r, const struct knot_worker_target *target,
	struct knot_plan *plan, const struct knot_record *rec, knot_native_same same, void *arg,
	struct knot_native_trial *trial, struct knot_error *err);

/* A run under the controlled scheduler that ends as a native finding does, replayed twice. */
struct knot_native_control {
	bool found;
	struct knot_plan plan; /* it came from */
	struct knot_outcome outcome;
	struct knot_finding *finding; /* owned */
};

/*
 * Looks for one with the chain of plan, then without. It falls into the bucket of f; or, where that was told
 * without the target's output, it ends as the run like did (NULL = the bucket counts). ret_control must be zeroed.
 */
int knot_native_control(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct knot_finding *f, const struct knot_record *like,
	struct knot_native_control *ret_control, struct knot_error *err);
void knot_native_control_free(struct knot_native_control *n);

#endif
