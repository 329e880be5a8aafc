/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the statistics share. */
#ifndef KNOT_VIEW_STATS_FILE_H
#define KNOT_VIEW_STATS_FILE_H

#include <stdio.h>

struct knot_error;

/* Writes path anew by what print prints; who reads sees the old file or the new one. */
int knot_stats_replace(const char *path, void (*print)(FILE *f, const void *arg), const void *arg,
	struct knot_error *err);

#endif
