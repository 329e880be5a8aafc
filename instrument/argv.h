/* SPDX-License-Identifier: BSD-2-Clause */
/* Words that several commands of the toolchain have. All borrowed. */
#ifndef KNOT_INSTRUMENT_ARGV_H
#define KNOT_INSTRUMENT_ARGV_H

#include "base/vec.h"

struct knot_instrument_options;

typedef KNOT_VEC(const char *) knot_argv;

/* How the packages are built; modfile NULL = by the user's own. */
void knot_argv_add_build(
	knot_argv *argv, const struct knot_instrument_options *o, const char *modfile);
/* What a go list of the packages, and of their tests where these are built, ends with: the NULL, too. */
void knot_argv_add_packages(
	knot_argv *argv, const struct knot_instrument_options *o, const char *modfile);

#endif
