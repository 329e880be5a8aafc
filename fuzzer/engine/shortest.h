/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shortest chain of operations that brings an end about: delta debugging (Zeller and Hildebrandt 2002) on the elements
 * of a chain. Under the controlled scheduler what the chain leaves open goes by run-until-block, and one run says whether it
 * does; a native run says so by chance, and the share of runs that end so is what must not fall.
 */
#ifndef KNOT_ENGINE_SHORTEST_H
#define KNOT_ENGINE_SHORTEST_H

#include "engine/native.h"
#include "wire/chain.h"

struct knot_error;

/* Native runs that a chain is given, and those that the result is given once more. */
#define KNOT_SHORTEST_TRIES 24
#define KNOT_SHORTEST_CONFIRM 48

struct knot_shortest_options {
	uint64_t deadline_ns; /* monotonic; 0 = none */
	uint32_t tries; /* controlled: runs of which one has to end so; at least 1 */
	knot_native_same same;
	void *arg;
};

struct knot_shortest {
	bool found; /* chain brings it about; empty: it needs none */
	bool cut; /* the time was used up before nothing more could be left out */
	struct knot_chain chain;
	uint32_t runs;
	struct knot_native_trial confirm; /* native: of the result; owned */
};

/*
 * Under the controlled scheduler, from a run that ended so: chains made of its critical switches, then of its last changes of
 * goroutine, are tried until one does, and that is made shorter. schedule: its seed, limits and accesses.
 */
int knot_shortest_of_run(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_record *run,
	const struct knot_shortest_options *options, struct knot_shortest *ret,
	struct knot_error *err);
/*
 * Natively, from the chain of schedule. An element is left out when the share of runs that end so stays at nine tenths
 * of what it was. Free ret with knot_shortest_free.
 */
int knot_shortest_native(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_shortest_options *options,
	struct knot_shortest *ret, struct knot_error *err);
void knot_shortest_free(struct knot_shortest *s);

#endif
