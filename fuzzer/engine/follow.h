/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A saved schedule in code that has changed since: its departures from run-until-block are looked for by operation and
 * goroutine path, and followed as far as they can be had; from behind the last one the run goes on in several ways.
 */
#ifndef KNOT_ENGINE_FOLLOW_H
#define KNOT_ENGINE_FOLLOW_H

#include "engine/replay.h"

struct knot_crash;
struct knot_error;
struct knot_moved;
struct knot_sitenames;

/* What a run is to who asks. */
enum knot_follow_run {
	KNOT_FOLLOW_CLEAN, /* it ends well */
	KNOT_FOLLOW_SAME, /* in the bug of the crash file */
	KNOT_FOLLOW_OTHER, /* in another one */
};

struct knot_follow_options {
	uint32_t continuations;
	uint64_t deadline_ns; /* monotonic time from which on no run is begun, 0 = none */
	enum knot_follow_run (*judge)(void *arg, const struct knot_outcome *o);
	void *arg;
};

enum knot_follow_end {
	KNOT_FOLLOW_REPRODUCED,
	KNOT_FOLLOW_FIXED, /* followed as far as the code still has what is to be followed, and all runs end well */
	KNOT_FOLLOW_DIVERGED, /* all runs end well, but it could not be followed */
	KNOT_FOLLOW_ELSE, /* some runs end in another bug */
	KNOT_FOLLOW_LATE, /* the deadline came before any of these was known */
};

/* Owns its contents; free with knot_followed_free. */
struct knot_followed {
	enum knot_follow_end end;
	bool by_departures; /* else by decisions */
	uint32_t asked, followed; /* departures, or decisions */
	/* The first that could not be followed; expected NULL = there is none. */
	bool gone; /* the code has no such operation or goroutine any more */
	bool gone_operation; /* the first of these */
	uint32_t step;
	char *expected, *found;
	uint32_t runs, clean; /* continuations: that were made, and that ended well */
};

/*
 * schedule is that of the crash file, with the aliases of moved. Stops at the first run that is the same. KNOT_EUSAGE
 * "interrupted" when the replayer was cancelled.
 */
int knot_follow(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_crash *crash,
	const struct knot_moved *moved, struct knot_sitenames *names,
	const struct knot_follow_options *options, struct knot_followed *ret,
	struct knot_error *err);
void knot_followed_free(struct knot_followed *f);
/* "fixed: 20 of 20 continuations clean (followed 3 of 3 switches)". Caller frees. */
char *knot_followed_text(const struct knot_followed *f);

#endif
