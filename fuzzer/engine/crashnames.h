/* SPDX-License-Identifier: BSD-2-Clause */
/* What a crash file says so that a replay finds its way in code that has changed: names of sites, places of departures. */
#ifndef KNOT_ENGINE_CRASHNAMES_H
#define KNOT_ENGINE_CRASHNAMES_H

#include <stdint.h>

struct knot_crash;
struct knot_record;
struct knot_sitenames;
struct knot_project;
struct knot_verdict;

/* What the verdict is about, the go statements of the run, and of a native one the chain that crash holds. */
void knot_crashnames_fill(const struct knot_verdict *v, const struct knot_record *rec,
	struct knot_sitenames *names, struct knot_crash *crash);
/* Where a run under KNOT_POLICY_SWITCH departs from run-until-block. */
void knot_crashnames_departures(
	const struct knot_record *rec, struct knot_sitenames *names, struct knot_crash *crash);
/*
 * A hash of the source of the packages that crash names and of its target, as it is on disk: two files with one hash are of
 * the same code. Never 0.
 */
uint64_t knot_crashnames_code(const struct knot_crash *crash, const struct knot_project *project);

#endif
