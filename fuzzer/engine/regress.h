/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What has become of findings when the code has changed. A finding keeps the build that it was looked for on last. When a
 * session starts on another one, its schedule is run again there, within a budget of time: where it ends as before the
 * finding is there, whatever its lines are now, and a fixed one is a regression; else the schedule is followed as far as it
 * goes and continued from there (engine/follow.h), which makes the finding fixed, diverged or inconclusive. A native finding
 * is tried as often as its rate asks for. A fixed finding that is found again by fuzzing is a regression, too.
 */
#ifndef KNOT_ENGINE_REGRESS_H
#define KNOT_ENGINE_REGRESS_H

#include <stdint.h>

struct knot_campaign;
struct knot_campaign_options;
struct knot_error;
struct knot_target_state;

/* Runs that a native finding gets, of which so many of so many ended in it: enough to see it but for one time in 100. */
uint32_t knot_regress_native_tries(uint32_t reproduced, uint32_t tries);
/* The time for all findings of a session. */
uint64_t knot_regress_budget_ns(const struct knot_campaign_options *o);
/* The test binary of s, by its content; 0 = it cannot be read. */
uint64_t knot_regress_build(struct knot_campaign *c, struct knot_target_state *s);
/* Looks for all findings of the campaign's tests that other builds had. Tells what has become of them. */
int knot_regress(struct knot_campaign *c, struct knot_error *err);

#endif
