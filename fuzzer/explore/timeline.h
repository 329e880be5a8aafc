/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a run to wire/timeline.h. Who sent what somebody receives, and whose unlock lets whom lock, is derived from the
 * order of effects: values leave a channel in the order in which they came, and a send that finds a receiver waiting wakes it.
 * A select with one case and default that sends in vain looks like one that leaves its value in a buffer; the first plain
 * receive that then blocks tells. Of a native run, whose events are claimed right before the operations, it is the order
 * of the claims.
 */
#ifndef KNOT_EXPLORE_TIMELINE_H
#define KNOT_EXPLORE_TIMELINE_H

#include "explore/run_view.h"
#include "wire/timeline.h"

struct knot_names;
struct knot_waitgraph;

/* All of it borrowed. */
struct knot_timeline_input {
	const struct knot_run_view *run;
	const struct knot_names *names; /* may be NULL */
	const struct knot_shm_snap *snaps; /* how each stood at the end, may be NULL */
	size_t snaps_len;
	const struct knot_waitgraph *graph; /* may be NULL */
	uint32_t lost; /* events that the target did not record */
	bool native;
};

/* Fills the arrays, but for explanation and signature, and left_out; t must be zeroed. Free with knot_timeline_free. */
void knot_timeline_build(const struct knot_timeline_input *in, struct knot_timeline *ret_timeline);

#endif
