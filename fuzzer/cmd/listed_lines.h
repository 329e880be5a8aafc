/* SPDX-License-Identifier: BSD-2-Clause */
/* What a campaign has listed, as goknot list and goknot status show it. */
#ifndef KNOT_CMD_LISTED_LINES_H
#define KNOT_CMD_LISTED_LINES_H

#include <stdbool.h>

struct knot_error;
struct knot_store;

/* In the words of goknot fuzz, a line each that begins with before, the first behind heading. json: objects instead. */
int knot_listed_lines(struct knot_store *store, bool json, const char *heading, const char *before,
	struct knot_error *err);

#endif
