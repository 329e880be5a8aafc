/* SPDX-License-Identifier: BSD-2-Clause */
/* Overlay files of the go command: {"Replace": {path: replacement}}. */
#ifndef KNOT_INSTRUMENT_OVERLAY_H
#define KNOT_INSTRUMENT_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

struct knot_error;

/*
 * Merges the files into one; a path in a later file wins. A relative path counts from the go command's
 * directory dir. The output is left alone when it would not change, for the build cache's sake.
 */
int knot_overlay_merge(const char *const *files, size_t files_len, const char *dir,
	const char *output, struct knot_error *err);
/* KNOT_EINPUT when knot_overlay_merge would refuse the file. */
int knot_overlay_check(const char *file, const char *dir, struct knot_error *err);
/* Can the path stand in an overlay? */
bool knot_overlay_can_name(const char *path);

#endif
