/* SPDX-License-Identifier: BSD-2-Clause */
/* explore/timeline.h with what the engine knows: the finding, and the crash file it is kept in. */
#ifndef KNOT_ENGINE_TIMELINE_H
#define KNOT_ENGINE_TIMELINE_H

#include "engine/finding.h"
#include "wire/timeline.h"

struct knot_sitenames;

/*
 * What a run, whose trace is still there, and its verdict say. explanation: its lines with newlines, NULL = they are made
 * here. ret must be zeroed; free with knot_timeline_free.
 */
void knot_timeline_of_run(const struct knot_finding *f, const struct knot_record *rec,
	struct knot_sitenames *names, const char *explanation, struct knot_timeline *ret);
/* What its crash file adds, once. file: of any directory. */
void knot_timeline_of_crash(
	struct knot_timeline *t, const struct knot_crash *crash, const char *file);
/* "x.crash" gives "x.timeline.json". Caller frees. */
char *knot_timeline_file(const char *crash_file);
/* Keeps t beside the crash file, filled up with what that says. */
int knot_timeline_write(struct knot_timeline *t, const struct knot_crash *crash, const char *file,
	struct knot_error *err);

#endif
