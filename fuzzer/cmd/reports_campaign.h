/* SPDX-License-Identifier: BSD-2-Clause */
/* What a campaign has found, for -sarif and -junit: out of its database and the files beside it. */
#ifndef KNOT_CMD_REPORTS_CAMPAIGN_H
#define KNOT_CMD_REPORTS_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>

struct knot_campaign;
struct knot_error;
struct knot_reports;

struct knot_reports_campaign_options {
	const char *dir; /* the campaign's */
	const char *replay_flags; /* to be typed before a crash file: "" or "-C dir " */
	const char *shown; /* the campaign's directory as to be typed */
	uint64_t
		since_ns; /* wall clock: findings that came, or came again, from then on; 0 = all */
	bool every_test; /* of all sessions; else only those that there are cases for */
};

/* reports may be NULL: nothing is done then. */
int knot_reports_campaign(struct knot_reports *reports,
	const struct knot_reports_campaign_options *options, struct knot_error *err);

/* A case for each test of the session, with the time spent on it: begin before it runs, end after. */
uint64_t *knot_reports_session_begin(const struct knot_campaign *c);
void knot_reports_session_end(
	struct knot_reports *reports, const struct knot_campaign *c, uint64_t *begun);

#endif
