/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run shows around its departures from run-until-block: where else the same could have been done. */
#ifndef KNOT_EXPLORE_AROUND_H
#define KNOT_EXPLORE_AROUND_H

#include "base/vec.h"
#include "explore/run_view.h"
#include "wire/switches.h"

struct knot_around {
	uint32_t
		block; /* operations that who is left has executed when it next blocks or ends, 0 = it does not */
	bool led; /* lead is known: */
	struct knot_switch lead; /* where who is left took over; its to is open */
};

/* How many operations a goroutine has executed. */
struct knot_ops {
	uint64_t path;
	uint32_t ops;
};

typedef KNOT_VEC(struct knot_around) knot_arounds;
typedef KNOT_VEC(struct knot_ops) knot_ops_list;

/* Of the first max departures in order, in place of what is there. */
void knot_around_of_run(const struct knot_run_view *run, size_t max, knot_arounds *ret);
/* Of each goroutine, in place of what is there. */
void knot_ops_of_run(const struct knot_run_view *run, knot_ops_list *ret);

#endif
