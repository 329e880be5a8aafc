/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files of a finding in the campaign directory: the crash file, and beside it what the target printed, its goroutine dump,
 * the explanation and the timeline.
 */
#ifndef KNOT_ENGINE_CRASHFILE_H
#define KNOT_ENGINE_CRASHFILE_H

#include <stdint.h>

struct knot_campaign;
struct knot_crash;
struct knot_error;
struct knot_finding;
struct knot_outcome;
struct knot_plan;
struct knot_record;
struct knot_target_state;
struct knot_timeline;

/* The file alone; caller frees ret with knot_crash_free. */
int knot_crashfile_read(const char *file, struct knot_crash *ret, struct knot_error *err);
/* What run and finding say. */
void knot_crashfile_fill(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_plan *plan, const struct knot_record *rec, uint32_t flags,
	const struct knot_finding *f, struct knot_crash *crash);
int knot_crashfile_write(struct knot_campaign *c, const struct knot_crash *crash,
	const struct knot_outcome *o, const char *explanation /* NULL = none */,
	struct knot_timeline *timeline /* gets what crash says */, char **ret_file,
	struct knot_error *err);

#endif
