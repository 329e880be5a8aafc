/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A campaign as one HTML file that needs nothing else: findings with their timelines, curves, tests. What is in it
 * may come from a target and is text to the page and nothing more; a Content-Security-Policy lets only the one style
 * and the one script run that goknot has written, and nothing be loaded. Without its script the page still tells all
 * but long timelines.
 */
#ifndef KNOT_VIEW_REPORT_H
#define KNOT_VIEW_REPORT_H

#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_overview;
struct knot_plot;
struct knot_text;
struct knot_timeline;

/* Texts are escaped (wire/text.h); "" = none. */
struct knot_report_finding {
	const struct knot_timeline *timeline; /* NULL = none: why says so */
	const char *why; /* there is no timeline, or not all of one */
	const char *verdict, *title, *package, *test, *message, *state;
	bool open; /* neither ignored nor fixed: somebody has to do something */
	const char *crash_file; /* base name */
	const char *rerun; /* a command */
	const char *explanation; /* lines */
	const char *go;
	uint64_t bucket, hits, replays, reproduced;
	uint64_t first_ns; /* wall clock, 0 = not known */
};

struct knot_report {
	const struct knot_overview *overview;
	const struct knot_plot *plot;
	const char *name; /* of the campaign */
	const char *command_line;
	uint64_t made_ns; /* wall clock */
	uint64_t hooks_placed, hooks_unplaced;
	KNOT_VEC(struct knot_report_finding) findings;
};

/* Bytes that a timeline adds to the page, with what is drawn of it. */
size_t knot_report_timeline_size(const struct knot_timeline *t);
void knot_report_html(const struct knot_report *r, struct knot_text *out);

#endif
