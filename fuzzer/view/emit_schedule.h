/* SPDX-License-Identifier: BSD-2-Clause */
/* What goknot test tells of the schedules that are kept beside the code. */
#ifndef KNOT_VIEW_EMIT_SCHEDULE_H
#define KNOT_VIEW_EMIT_SCHEDULE_H

#include <stdint.h>

/* A schedule kept beside the code, replayed. */
struct knot_emit_schedule {
	const char *file, *package, *test,
		*expected; /* file as to be typed; expected: its verdict */
	const char *
		outcome; /* "reproduced", "other" (another bug), "clean", "fixed", "diverged", "stale", "ignored" */
	const char *title; /* of what it ended in, "" = well */
	const char *why; /* stale, ignored: why, else NULL */
	uint32_t step; /* diverged: where */
	const char *
		text; /* what became of the schedule where the code has changed, NULL = it has not */
};

struct knot_emit_tested {
	uint32_t schedules, reproduced, other, fixed, diverged, stale, ignored;
	uint64_t build_ns, replay_ns;
};

#endif
