/* SPDX-License-Identifier: BSD-2-Clause */
/* Directory trees that targets wrote: any names, any modes. Symbolic links are never followed. */
#ifndef KNOT_SYS_TREE_H
#define KNOT_SYS_TREE_H

#include <stdint.h>

struct knot_error;

/* Removes path and all below it; a path that is not there is fine. */
int knot_tree_remove(const char *path, struct knot_error *err);
/* What path and all below it take of the disk. What is not there, vanishes or cannot be read counts as nothing. */
uint64_t knot_tree_bytes(const char *path);
/* Free for the likes of us on the disk that path lies on; UINT64_MAX = not known. */
uint64_t knot_tree_free_bytes(const char *path);

#endif
