/* SPDX-License-Identifier: BSD-2-Clause */
/* Fills the report of view/report.h from a campaign directory, also from one that a campaign is writing to. */
#ifndef KNOT_CMD_REPORT_PAGE_H
#define KNOT_CMD_REPORT_PAGE_H

#include "cmd/overview.h"
#include "view/report.h"
#include "wire/plot.h"
#include "wire/timeline.h"

struct knot_error;

struct knot_report_page_use {
	/*
	 * What becomes of the timeline of a finding that has one. Positive: the page keeps it. 0: it does not, for a reason that
	 * is left in ret_why when the page is to tell it; the page frees that. Negative: the reading ends.
	 */
	int (*timeline)(void *arg, const struct knot_report_finding *f,
		const struct knot_timeline *t, char **ret_why, struct knot_error *err);
	void *arg;
	void (*warn)(const char *sentence);
};

/* The report and all it points to. {0} is an empty one. */
struct knot_report_page {
	struct knot_report report;
	struct knot_overview_page overview;
	struct knot_plot plot;
	KNOT_VEC(struct knot_timeline *) timelines; /* of each finding, NULL = none */
	KNOT_VEC(char *) texts; /* that it owns */
};

/*
 * KNOT_EUSAGE: no campaign. A file beside a finding that cannot be read is told of in the finding, and to warn; the
 * finding stays.
 */
int knot_report_page_read(const char *dir, const struct knot_report_page_use *use,
	struct knot_report_page *ret_page, struct knot_error *err);
void knot_report_page_free(struct knot_report_page *page);

#endif
