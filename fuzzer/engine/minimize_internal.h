/* SPDX-License-Identifier: BSD-2-Clause */
/* Between minimize.c, which tries schedules, and minimize_moves.c, which thinks of smaller ones. */
#ifndef KNOT_ENGINE_MINIMIZE_INTERNAL_H
#define KNOT_ENGINE_MINIMIZE_INTERNAL_H

#include "engine/minimize.h"
#include "explore/around.h"

struct knot_minimizer {
	struct knot_replayer *replayer;
	const struct knot_worker_target *target;
	const struct knot_schedule *schedule; /* the one to be minimised */
	const struct knot_minimize_options *options;
	struct knot_minimized *m;
	uint64_t deadline_ns; /* 0 = none */
	bool cut;
	/*
	 * Entries say the how manyth time a goroutine blocks in one operation. They mostly need not, and a list of those
	 * that do not still means something when what is taken out of it changes how often somebody is woken in vain.
	 */
	bool exact;
	uint32_t end; /* KNOT_END_* of the schedule as it was */
	bool end_only; /* what the next run ended in is all that is asked for */
	/* The smallest so far. */
	knot_switches best;
	struct knot_switch_counts counts;
	knot_ops_list ops;
	knot_arounds around; /* of a short list only, else empty */
	KNOT_VEC(uint16_t) decisions;
	KNOT_VEC(uint64_t) tried; /* hashes of the lists that have been, in vain */
};

bool knot_minimizer_late(struct knot_minimizer *z);
/*
 * Runs a list of switches. When it ends the same way and is not larger than the best so far, what the run made of the list
 * is the best from now on.
 */
int knot_minimizer_try(struct knot_minimizer *z, const knot_switches *list, bool *ret_taken,
	struct knot_error *err);
/* minimize_moves.c: tries smaller lists until none is taken. */
int knot_minimizer_reduce(struct knot_minimizer *z, struct knot_error *err);

#endif
