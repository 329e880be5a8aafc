/* SPDX-License-Identifier: BSD-2-Clause */
/* Fills the page of view/overview.h: from a campaign that runs here, or from the database of any. */
#ifndef KNOT_CMD_OVERVIEW_H
#define KNOT_CMD_OVERVIEW_H

#include "base/vec.h"
#include "engine/campaign.h"
#include "view/overview.h"

struct knot_error;
struct knot_store;

/* The page and all it points to. {0} is an empty one; filling it again reuses it. */
struct knot_overview_page {
	struct knot_overview overview;
	KNOT_VEC(struct knot_overview_target) targets;
	KNOT_VEC(struct knot_overview_worker) workers;
	KNOT_VEC(struct knot_overview_arm) arms;
	struct knot_overview_count verdicts[KNOT_VERDICT_COUNT];
	KNOT_VEC(char *) texts; /* that it owns */
	char *what;
};

/*
 * what and campaign_dir, both in options and what in the call, are borrowed for as long as the page is used, as is
 * the campaign's project.
 */
void knot_overview_from_campaign(const struct knot_campaign *c,
	const struct knot_campaign_status *st, const struct knot_campaign_options *options,
	const char *what, struct knot_overview_page *ret_page);
/* dir is borrowed for as long as the page is used. */
int knot_overview_from_store(struct knot_store *store, const char *dir,
	struct knot_overview_page *ret_page, struct knot_error *err);
void knot_overview_page_free(struct knot_overview_page *page);

#endif
