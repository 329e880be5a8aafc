/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a run departs from run-until-block, and how many context switches it has. */
#ifndef KNOT_EXPLORE_SWITCHES_H
#define KNOT_EXPLORE_SWITCHES_H

#include "explore/run_view.h"
#include "wire/switches.h"

/* What a minimiser makes smaller, in this order. */
struct knot_switch_counts {
	uint32_t preemptions; /* a goroutine that could go on is left for another */
	uint32_t
		switches; /* changes of goroutine, forced ones too; not those that runtime.Gosched asks for */
	uint32_t timers; /* timers fired although somebody could run */
	uint32_t departures; /* entries of the list */
};

/*
 * Of a run under KNOT_POLICY_SWITCH, whatever it followed. What comes behind step last, where the fair tail is, is nobody's
 * choice and does not count (0 = there is none). Caller frees ret with knot_vec_free.
 */
void knot_switches_of_run(const struct knot_run_view *run, uint32_t last, knot_switches *ret,
	struct knot_switch_counts *ret_counts);
/* Of a KNOT_EV_SWITCH or KNOT_EV_CANDIDATE of the run. */
struct knot_switch knot_switch_of_event(
	const struct knot_run_view *run, const struct knot_shm_event *e);
/* Negative when a is less than b. */
int knot_switch_counts_compare(
	const struct knot_switch_counts *a, const struct knot_switch_counts *b);

#endif
