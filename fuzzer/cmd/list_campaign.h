/* SPDX-License-Identifier: BSD-2-Clause */
/* What goknot list prints of a campaign, and what it shares with the listing of packages. */
#ifndef KNOT_CMD_LIST_CAMPAIGN_H
#define KNOT_CMD_LIST_CAMPAIGN_H

#include <stdbool.h>

struct knot_error;
struct knot_reports;

/* ignore: lines for an ignore file instead of the findings. reports may be NULL. */
int knot_list_campaign(const char *dir, bool json, bool ignore, struct knot_reports *reports,
	struct knot_error *err);

/* Text from outside, made safe for a terminal. */
void knot_list_put(const char *before, const char *text);

#endif
