/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The goroutines that a finding is about, as an ignore file names them (wire/ignore.h). Of a leak or a deadlock they are
 * those that are stuck, each with the operation it is blocked in and the go statement that created it; of a race both
 * accesses, each with the go statement of its goroutine; of a livelock those that spin, with all that they do over and
 * over; of anything else the position that failed. Goroutines that stand alike are one.
 */
#ifndef KNOT_EXPLORE_CULPRITS_H
#define KNOT_EXPLORE_CULPRITS_H

#include "explore/run_view.h"

struct knot_names;
struct knot_places;
struct knot_race;
struct knot_verdict;

/* How the module's own things are called. */
struct knot_culprits_at {
	const char *module_dir; /* sites below it are told from there on */
	const char *module; /* its path */
	const char *
		package; /* import path of the package under test: what the Go runtime may call main */
};

/* race: that it is about, NULL = v says. ret_places must be empty; it stays so where too many stand differently. */
void knot_culprits_places(const struct knot_verdict *v, const struct knot_race *race,
	const struct knot_run_view *view, const struct knot_names *names,
	const struct knot_culprits_at *at, struct knot_places *ret_places);
/*
 * Why a leak is most likely meant: each of its goroutines waits for work, and was started by a library, by an
 * init function, or is the only one of its go statement and waits for what something live still reaches; none of them
 * is known to wait for good. NULL = there is no such reason.
 */
const char *knot_culprits_meant(const struct knot_verdict *v, const struct knot_run_view *view,
	const struct knot_names *names, const struct knot_culprits_at *at);

#endif
