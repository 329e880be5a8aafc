/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of a replay. */
#ifndef KNOT_VIEW_EMIT_REPLAY_H
#define KNOT_VIEW_EMIT_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

struct knot_emit_replay {
	const char *verdict, *expected, *title, *message;
	const char *proof; /* of a leak, NULL = no leak; of the first replay */
	uint64_t schedule_hash, expected_hash;
	uint32_t steps, times, reproduced, diverged, same_hash;
	uint32_t preempted; /* times that a goroutine was, in the first replay */
	uint32_t arrivals; /* from outside, in the first replay */
	bool native;
	uint32_t saved_tries, saved_reproduced; /* native: at verification */
	uint32_t chain_reached, chain_waited, chain_ordered,
		chain_expired; /* native: a bit an element */
	const char *release; /* the file is of another Go release: a sentence; NULL = it is not */
	/* The code has changed since: a word ("reproduced", "fixed", "diverged", "other") and a line. NULL = it has not. */
	const char *outcome, *outcome_text;
	/* It did not come by the saved decisions: how far the schedule was followed (no continuations: it was not). */
	uint32_t asked, followed, continuations, clean;
	/* Of the first that could not be followed, NULL = none. */
	const char *expected_step, *found_step;
	uint32_t step; /* where that is */
};

#endif
