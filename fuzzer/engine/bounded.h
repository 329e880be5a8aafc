/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All schedules of a test up to a number of preemptions (Musuvathi, Qadeer, "Iterative Context Bounding for Systematic
 * Testing of Multithreaded Programs", PLDI 2007): what proves that a minimised schedule has as few as can be. For small
 * programs only. Whoever could go on is tried wherever somebody is stopped, blocks, ends or gives way.
 */
#ifndef KNOT_ENGINE_BOUNDED_H
#define KNOT_ENGINE_BOUNDED_H

#include "engine/minimize.h"

struct knot_bounded_options {
	uint32_t preemptions; /* at most */
	uint32_t timers; /* that fire early, at most */
	uint32_t runs; /* at most */
	uint64_t deadline_ns; /* monotonic, 0 = none */
	knot_minimize_same same;
	void *arg;
};

struct knot_bounded {
	bool found; /* one of them ends the same way */
	bool complete; /* else: there are no others */
	uint32_t runs;
	knot_switches switches; /* of the one that was found; caller frees */
};

/* schedule: as for knot_minimize; its decisions do not count. The schedules with the fewest preemptions come first. */
int knot_bounded_search(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_bounded_options *options,
	struct knot_bounded *ret, struct knot_error *err);

#endif
