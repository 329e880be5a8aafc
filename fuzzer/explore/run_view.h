/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run as the explorer sees it: its events in order and who its goroutines were. Both arrays are
 * borrowed and contiguous (the engine copies them out of the ring). Nothing in them is trusted:
 * goroutine numbers beyond gs_len and primitive numbers beyond KNOT_RUN_PRIMS_MAX are skipped.
 */
#ifndef KNOT_EXPLORE_RUN_VIEW_H
#define KNOT_EXPLORE_RUN_VIEW_H

#include "wire/abi.h"

#include <stdbool.h>
#include <stddef.h>

#define KNOT_RUN_PRIMS_MAX (1u << 20)

struct knot_run_view {
	const struct knot_shm_event *events;
	size_t len;
	const struct knot_shm_goroutine *gs;
	size_t gs_len;
};

/*
 * Operations on primitives start at SEND; what is below only starts, resumes or yields, as EXIT and TIMER
 * only end: it touches no primitive, and the shim forms no pairs of it either.
 */
static inline bool knot_run_is_operation(uint32_t op)
{
	return op >= KNOT_OP_SEND && op <= KNOT_OP_COMPUTE && op != KNOT_OP_EXIT &&
		op != KNOT_OP_TIMER;
}

/*
 * Is the step at that place a go statement whose goroutine was switched away from behind creating the other one, so that the
 * step is only that it goes on?
 */
static inline bool knot_run_is_behind_go(const struct knot_run_view *run, size_t at)
{
	const struct knot_shm_event *e = &run->events[at];

	if (e->kind != KNOT_EV_STEP || e->op != KNOT_OP_GO)
		return false;
	for (bool others = false; at-- > 0;) {
		const struct knot_shm_event *x = &run->events[at];

		if (x->g == e->g && x->kind != KNOT_EV_SWITCH)
			return others && x->kind == KNOT_EV_SPAWN;
		others |= x->kind == KNOT_EV_STEP;
	}
	return false;
}

/* One more than the greatest number of a primitive in the run: the length of a table by primitive. */
static inline uint32_t knot_run_prims(const struct knot_run_view *run)
{
	uint32_t most = 0;

	for (size_t i = 0; i < run->len; i++)
		if (run->events[i].prim > most && run->events[i].prim < KNOT_RUN_PRIMS_MAX)
			most = run->events[i].prim;
	return most + 1;
}

#endif
