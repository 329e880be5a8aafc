/* SPDX-License-Identifier: BSD-2-Clause */
/* The manual pages as text, made from man/ by scripts/genhelp.sh. All strings are static. */
#ifndef KNOT_CMD_HELP_H
#define KNOT_CMD_HELP_H

#include <stdio.h>

struct knot_help_page {
	const char *name; /* "goknot", "fuzz", "crash" ... */
	const char *summary; /* one line, no full stop */
	const char *text;
};

/* The commands that have a page, in the order of the overview; ends with NULL. */
extern const char *const knot_help_commands[];

/* NULL when there is no such page. */
const struct knot_help_page *knot_help_find(const char *name);
/* What `goknot` alone prints. */
void knot_help_overview(FILE *out);

#endif
