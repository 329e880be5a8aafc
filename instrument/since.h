/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of the named packages may behave otherwise than at a revision: git tells the files, go list who depends on whom. */
#ifndef KNOT_INSTRUMENT_SINCE_H
#define KNOT_INSTRUMENT_SINCE_H

#include "instrument/changed.h"

struct knot_error;
struct knot_instrument_options;

/*
 * Compares the working tree, with what is not committed and not tracked and not in work_dir, with the last commit that revision and HEAD share.
 * KNOT_EUSAGE: no git, not a repository, no such revision, nothing in common with it, files instead of packages named;
 * KNOT_EBUILD: go list's own words. The caller frees with knot_since_free.
 */
int knot_since(const struct knot_instrument_options *options, const char *revision,
	struct knot_since *ret_since, struct knot_error *err);
void knot_since_free(struct knot_since *s);

#endif
