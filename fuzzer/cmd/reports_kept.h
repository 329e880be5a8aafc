/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of a schedule kept beside the code, for -sarif and -junit. */
#ifndef KNOT_CMD_REPORTS_KEPT_H
#define KNOT_CMD_REPORTS_KEPT_H

#include "cmd/reports.h"

struct knot_crash_place;
struct knot_crash_run;
struct knot_finding;
struct knot_outcome;
struct knot_sources;

/* The hooked sites of a build. Caller frees with knot_sources_free. */
struct knot_sources *knot_reports_kept_sources(const struct knot_crash_place *place);

struct knot_reports_kept {
	const struct knot_crash_run *run;
	const char *file; /* as to be typed */
	const char *replay_flags; /* to be typed before it */
	enum knot_results_outcome outcome;
	const char *why; /* not failed: NULL = nothing to say */
	/* Failed under continuations of its schedule: what is told of it. */
	const char *title, *text;
	/* Else: what it ended in this time. */
	const struct knot_finding *finding;
	const struct knot_outcome *run_outcome;
	struct knot_sources *places;
};

/* reports may be NULL. */
void knot_reports_kept(struct knot_reports *reports, const struct knot_reports_kept *k);

#endif
