/* SPDX-License-Identifier: BSD-2-Clause */
#include "instrument/argv.h"

#include "instrument/driver.h"

void knot_argv_add_build(
	knot_argv *argv, const struct knot_instrument_options *o, const char *modfile)
{
	if (o->race)
		knot_vec_push(argv, "-race");
	if (o->tags && *o->tags) {
		knot_vec_push(argv, "-tags");
		knot_vec_push(argv, o->tags);
	}
	if (modfile) {
		knot_vec_push(argv, "-modfile");
		knot_vec_push(argv, modfile);
	}
}

void knot_argv_add_packages(
	knot_argv *argv, const struct knot_instrument_options *o, const char *modfile)
{
	if (!o->program)
		knot_vec_push(argv, "-test");
	knot_argv_add_build(argv, o, modfile);
	knot_vec_push(argv, "--");
	for (size_t i = 0; i < o->patterns_len; i++)
		knot_vec_push(argv, o->patterns[i]);
	if (!o->patterns_len)
		knot_vec_push(argv, ".");
	knot_vec_push(argv, NULL);
}
