/* SPDX-License-Identifier: BSD-2-Clause */
/* Directory trees that targets wrote: any names, any modes. Symbolic links are never followed. */
#ifndef KNOT_SYS_TREE_H
#define KNOT_SYS_TREE_H

struct knot_error;

/* Removes path and all below it; a path that is not there is fine. */
int knot_tree_remove(const char *path, struct knot_error *err);

#endif
