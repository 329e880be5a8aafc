/* SPDX-License-Identifier: BSD-2-Clause */
/* Where schedules are kept beside the code: testdata/goknot of each package. */
#ifndef KNOT_CMD_KEPT_H
#define KNOT_CMD_KEPT_H

#include <stdbool.h>

struct knot_error;

typedef void (*knot_kept_fn)(void *arg, const char *path);

/*
 * Calls found for each crash file of the packages that a pattern names: "./x/..." is x and all below, "./x" it alone. Other modules
 * are left out, as the go command does it; left_out (NULL = nobody) is told their directories. KNOT_EUSAGE where nothing is
 * kept and no module is either.
 */
int knot_kept_find(const char *start, const char *pattern, knot_kept_fn found,
	knot_kept_fn left_out, void *arg, struct knot_error *err);
/* Is anything kept in the module of this directory? */
bool knot_kept_any(const char *module_dir);
/* Is dir in a workspace (go.work) that is in force? */
bool knot_kept_in_workspace(const char *dir);

#endif
