/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goknot fuzz shows: lines of text or JSON, or the status screen on a terminal; and the files that other
 * programs read meanwhile (view/stats.h).
 */
#ifndef KNOT_CMD_FUZZ_VIEW_H
#define KNOT_CMD_FUZZ_VIEW_H

#include "cmd/overview.h"
#include "engine/campaign.h"
#include "view/emit.h"

struct knot_error;
struct knot_fuzz_view;

struct knot_fuzz_view_options {
	const struct knot_emit_ops *emit;
	const char *cwd; /* names below it are shown without it */
	const char *replay_flags; /* see struct knot_emit_finding */
	const char *metrics; /* file for Prometheus, NULL = none */
	bool quiet; /* findings and the summary only */
	bool screen; /* where the terminal allows it */
};

/* options and what it points to are borrowed. Caller frees with knot_fuzz_view_close. */
struct knot_fuzz_view *knot_fuzz_view_open(const struct knot_fuzz_view_options *options);
void knot_fuzz_view_close(struct knot_fuzz_view *v);

/* A line about what is going on before the campaign; for knot_project_open. */
void knot_fuzz_view_note(void *view, const char *text);
/* The same also where only findings and the summary are wanted: it is all there is to say. */
void knot_fuzz_view_say(struct knot_fuzz_view *v, const char *text);
/*
 * From here on the campaign is shown: with the screen, if there is to be one. what is "12 tests in 3 packages";
 * campaign, options and what are borrowed until knot_fuzz_view_end.
 */
void knot_fuzz_view_begin(struct knot_fuzz_view *v, const struct knot_campaign *campaign,
	const struct knot_campaign_options *options, const char *what);
/* For knot_campaign_open; begin must come before the campaign runs. */
struct knot_campaign_view knot_fuzz_view_campaign(struct knot_fuzz_view *v);
/* The screen goes, what it held back and the summary are printed. */
void knot_fuzz_view_end(struct knot_fuzz_view *v, const struct knot_campaign_status *st);

#endif
