/* SPDX-License-Identifier: BSD-2-Clause */
/* From files that have changed to the packages whose tests may end otherwise now. */
#ifndef KNOT_INSTRUMENT_CHANGED_H
#define KNOT_INSTRUMENT_CHANGED_H

#include "base/vec.h"

#include <stdbool.h>

struct knot_golist;

typedef KNOT_VEC(char *) knot_changed_paths;

struct knot_changed_repository {
	const char *top; /* its root, real */
	const char *dir; /* where the go command runs, real */
	const char *gowork; /* as go env tells it: "" = none, or "off" */
	const char *modfile; /* of GOFLAGS, absolute, "" = none */
	bool overlay; /* GOFLAGS has one */
	const char *const *files; /* that have changed, relative to top */
	size_t files_len;
};

struct knot_since {
	knot_changed_paths packages; /* import paths that are left */
	size_t named; /* packages that were named in all */
	char *why; /* more may be taken than have changed: a sentence about the first reason; else NULL */
};

/*
 * A file counts for the package in whose directory, testdata or embedded files it lies; in other directories below a package
 * without Go files of their own only headers count, and whatever there is when the package embeds files. A testdata
 * directory beside which there is no package is that of all packages beside and below it. Markdown and what begins with a
 * dot does not count, unless embedded or in testdata. What is gone counts where a pattern may have embedded it.
 * A package is chosen when one that it or its test depends on has changed, or when go list cannot tell.
 *
 * What decides which modules there are, and of which version, counts for all: go.mod, go.sum and the list of vendored
 * modules of the modules in use (with a workspace, of all), the go.work in use and any that the go command would have found,
 * and the file of -modfile. So does what nobody can follow: an overlay in GOFLAGS, a link to a directory.
 *
 * The import paths that are chosen are added to ret->packages in the order of the list.
 */
void knot_changed_choose(const struct knot_golist *list,
	const struct knot_changed_repository *repository, struct knot_since *ret);

#endif
