/* SPDX-License-Identifier: BSD-2-Clause */
/* The timeline of a crash file: the one that was kept beside it, else that of a replay. */
#ifndef KNOT_CMD_CRASH_TIMELINE_H
#define KNOT_CMD_CRASH_TIMELINE_H

#include "cmd/crash_run.h"
#include "wire/timeline.h"

struct knot_crash_timeline {
	struct knot_timeline timeline;
	bool replayed;
	bool same; /* the run ended as the file says; of a kept one always */
	char *why; /* why what lies beside the file was not taken, NULL = it was, or there is none */
};

/*
 * What is kept is taken when it is of the file's schedule; that needs neither module nor build. Zeroed before it; free with
 * knot_crash_timeline_free in any case.
 */
int knot_crash_timeline(const char *file, const struct knot_crash_run_options *options,
	struct knot_crash_timeline *ret, struct knot_error *err);
void knot_crash_timeline_free(struct knot_crash_timeline *t);

#endif
