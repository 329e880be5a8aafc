/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which operation is slow in a request: whoever is about to do it stands still as long as anything else can go on, timers
 * included, as behind a disk or a collection of garbage. Drawn by position, since what goroutines without number do at one
 * position is the same thing many times.
 */
#ifndef KNOT_EXPLORE_STALLS_H
#define KNOT_EXPLORE_STALLS_H

#include "base/vec.h"
#include "wire/abi.h"

#include <stdbool.h>

struct knot_cpop;
struct knot_rng;
struct knot_stall;

/* {0} knows none. */
struct knot_stalls {
	struct knot_stall *by_place;
	KNOT_VEC(struct knot_stall *) places;
	uint32_t ops_known;
};

/* One of the operations of cpop, for one goroutine or for all; false when there is none. */
bool knot_stalls_draw(struct knot_stalls *s, const struct knot_cpop *cpop, struct knot_rng *rng,
	struct knot_shm_request *r);
void knot_stalls_free(struct knot_stalls *s);

#endif
