/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who keeps a run from ending: the goroutines that took steps in its last part, what each executed over and
 * over, and those that the watchdog had to preempt, since they compute without any operation.
 */
#ifndef KNOT_EXPLORE_SPINNERS_H
#define KNOT_EXPLORE_SPINNERS_H

#include "base/vec.h"
#include "explore/run_view.h"

struct knot_waitgraph;

#define KNOT_SPINNER_SPOTS 8

/* An operation of a spinning goroutine, or with KNOT_OP_COMPUTE where it computed. */
struct knot_spot {
	uint32_t op, site;
	uint32_t times;
};

struct knot_spinner {
	uint16_t g;
	uint32_t steps; /* in the last part */
	uint32_t preempted; /* in the whole run */
	uint32_t spots_len;
	struct knot_spot
		spots[KNOT_SPINNER_SPOTS]; /* most often first; what does not fit is left out */
};

struct knot_spinners {
	KNOT_VEC(struct knot_spinner) list; /* most steps first */
	uint32_t steps; /* of all goroutines in the last part */
};

/*
 * Fills *s anew with those that took steps behind step from and, where a graph is given that has goroutines, stand
 * there as neither ended nor stuck. At most 64.
 */
void knot_spinners_take(struct knot_spinners *s, const struct knot_run_view *view, uint32_t from,
	const struct knot_waitgraph *graph);
void knot_spinners_free(struct knot_spinners *s);
/* NULL = it does not spin. */
const struct knot_spinner *knot_spinners_find(const struct knot_spinners *s, uint16_t g);

#endif
