/* SPDX-License-Identifier: BSD-2-Clause */
/* Where schedules are kept beside the code: testdata/goknot of each package. */
#ifndef KNOT_CMD_KEPT_H
#define KNOT_CMD_KEPT_H

struct knot_error;

typedef void (*knot_kept_fn)(void *arg, const char *path);

/* Calls found for each crash file of the packages that a pattern names: "./x/..." is x and all below, "./x" it alone. */
int knot_kept_find(const char *start, const char *pattern, knot_kept_fn found, void *arg,
	struct knot_error *err);

#endif
