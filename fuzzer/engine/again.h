/* SPDX-License-Identifier: BSD-2-Clause */
/* A crash file in the code as it is now: its schedule there, and whether what a run ended in is its bug. */
#ifndef KNOT_ENGINE_AGAIN_H
#define KNOT_ENGINE_AGAIN_H

#include "engine/finding.h"
#include "engine/replay.h"
#include "explore/moved.h"

/* Borrows all it points to. */
struct knot_again {
	const struct knot_crash *crash; /* not a native one, for a schedule */
	const struct knot_moved *moved; /* where its sites are now */
	const knot_alias_slots *aliases; /* of moved */
	struct knot_sitenames *names; /* that know the region of the run that is judged */
	bool is_same_code; /* for certain: then only the bucket itself counts */
};

/* With its goroutines and memory accesses where they are now. memory has room for KNOT_MEM_MAX and lives as long. */
struct knot_schedule knot_again_schedule(const struct knot_again *a, uint32_t *memory);
/* That of a native file, with the operations of its chain where they are now. False when one is gone. */
bool knot_again_native_schedule(const struct knot_again *a, struct knot_schedule *ret);
/* What a run ended in is not what is asked for when the file tells of a race in it. Caller frees ret. */
void knot_again_judge(
	const struct knot_again *a, const struct knot_outcome *o, struct knot_finding *ret);
/* Verdict and bucket of the file, wherever its lines are now? */
bool knot_again_is_same(const struct knot_again *a, const struct knot_finding *f);

#endif
