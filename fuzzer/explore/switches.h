/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a run departs from run-until-block, and how many context switches it has. */
#ifndef KNOT_EXPLORE_SWITCHES_H
#define KNOT_EXPLORE_SWITCHES_H

#include "explore/run_view.h"
#include "wire/switches.h"

/* What a minimiser makes smaller, in this order. */
struct knot_switch_counts {
	uint32_t preemptions; /* a goroutine that could go on is left for another */
	uint32_t switches; /* goroutine changes, forced ones too */
	uint32_t timers; /* timers fired although somebody could run */
	uint32_t departures; /* entries of the list */
};

/* Of a run under KNOT_POLICY_SWITCH, whatever it followed. Caller frees ret with knot_vec_free. */
void knot_switches_of_run(
	const struct knot_run_view *run, knot_switches *ret, struct knot_switch_counts *ret_counts);
/* Negative when a is less than b. */
int knot_switch_counts_compare(
	const struct knot_switch_counts *a, const struct knot_switch_counts *b);

#endif
