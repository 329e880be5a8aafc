/* SPDX-License-Identifier: BSD-2-Clause */
/* From files that have changed to the packages whose tests may end otherwise now. */
#ifndef KNOT_INSTRUMENT_CHANGED_H
#define KNOT_INSTRUMENT_CHANGED_H

#include "base/vec.h"

#include <stdbool.h>

struct knot_golist;

typedef KNOT_VEC(char *) knot_changed_paths;

/*
 * A file counts for the package in whose directory, testdata or embedded files it lies; in other directories below a package
 * without Go files of their own only headers count, and whatever there is when the package embeds files. A testdata
 * directory beside which there is no package is that of all packages beside and below it. Markdown and what begins with a
 * dot does not count, unless embedded or in testdata. go.mod, go.sum, go.work and the list of vendored modules count for all.
 * A package is chosen when one that it or its test depends on has changed, or when go list cannot tell.
 *
 * top: the root of the repository; files: relative to it; gowork: absolute, "" = none. The import paths that are chosen
 * are added to ret_chosen, which the caller frees, in the order of the list; *ret_named counts those that were asked for.
 */
void knot_changed_choose(const struct knot_golist *list, const char *top, const char *gowork,
	const char *const *files, size_t files_len, knot_changed_paths *ret_chosen,
	size_t *ret_named);

#endif
