/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of a minimisation. */
#ifndef KNOT_VIEW_EMIT_MINIMIZED_H
#define KNOT_VIEW_EMIT_MINIMIZED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A schedule that was made smaller, or could not be. */
struct knot_emit_minimized {
	const char *file, *result; /* as to be typed; result NULL = none */
	const char *why; /* it is not as small as can be, NULL = it is */
	bool smaller; /* there is a result: all below is about it */
	uint32_t steps_before, preemptions_before, switches_before, timers_before;
	uint32_t steps, preemptions, switches, timers;
	uint32_t runs, tries; /* trials, and runs that each was given */
	uint64_t ns;
	uint32_t replays, replays_same; /* of the result */
	uint32_t proof_runs; /* schedules with fewer preemptions that were tried */
	bool proved; /* there are no others */
	const char *const *lines; /* its critical switches */
	size_t lines_len;
	bool chain_does; /* chain alone, the rest run-until-block, ends so, too */
	uint32_t chain_runs; /* trials of it */
	const char *const *chain; /* an operation each */
	size_t chain_len;
	/* Native: a chain is all there is. Of what is above only file, result, why, smaller, runs and ns mean something. */
	bool native;
	uint32_t chain_before; /* operations */
	uint32_t confirm_tries, confirm_same; /* native runs of the result */
	double confirm_low, confirm_high; /* with 95 % confidence, 0 to 1 */
};

#endif
