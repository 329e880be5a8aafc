/* SPDX-License-Identifier: BSD-2-Clause */
/* What a campaign does with a new finding, and goknot minimize with a crash file: the smaller schedule takes its place. */
#ifndef KNOT_ENGINE_SHRINK_H
#define KNOT_ENGINE_SHRINK_H

#include "engine/finding.h"
#include "engine/minimize.h"
#include "wire/timeline.h"

struct knot_campaign;
struct knot_project;
struct knot_target_state;

/* Critical switches that a crash file tells of. More explain nothing. */
#define KNOT_SHRINK_LINES 1000
/* Of a result, all of which have to end as the finding does. */
#define KNOT_SHRINK_REPLAYS 20

/* Owns its contents; free with knot_shrunk_free. */
struct knot_shrunk {
	struct knot_minimized m;
	bool smaller; /* there is a result, and finding is about it */
	struct knot_finding finding;
	char *explanation; /* lines with newlines, NULL = there is no result */
	struct knot_timeline timeline; /* likewise empty */
};

/*
 * Puts the result of a minimisation, which finding is about, into crash in place of the run that stands there. names: those
 * that the outcome's process used are known.
 */
void knot_shrink_describe(const struct knot_minimized *m, const struct knot_finding *finding,
	struct knot_sitenames *names, const struct knot_project *project, struct knot_crash *crash);
/* What the result shows, as lines with newlines and as a timeline, which was zeroed. Caller frees both. */
char *knot_shrink_explain(const struct knot_minimized *m, const struct knot_finding *finding,
	struct knot_sitenames *names, struct knot_timeline *ret_timeline);
/*
 * Minimises a verified schedule that ended in finding, within the campaign's time for it, unless run_ns, the real time of
 * one run, is too much for that. An interruption leaves it as it is. The outcome is left without its events when crash has been filled in.
 */
int knot_shrink(struct knot_campaign *c, const struct knot_target_state *s,
	const struct knot_schedule *schedule, uint64_t run_ns, const struct knot_finding *finding,
	struct knot_crash *crash, struct knot_shrunk *ret, struct knot_error *err);
void knot_shrunk_free(struct knot_shrunk *s);

#endif
