/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What has become of findings when the code has changed. A finding keeps the build that it was looked for on last. When a
 * session starts on another one, its crash file is replayed once, within a small budget: a schedule that can still be
 * followed to its end, which is a good one, makes the finding fixed; one that ends as it did before makes a fixed
 * finding a regression. Where the schedule fits no more nothing is known, and all stays as it is. A fixed finding that
 * is found again by fuzzing is a regression, too.
 */
#ifndef KNOT_ENGINE_REGRESS_H
#define KNOT_ENGINE_REGRESS_H

#include <stdint.h>

struct knot_campaign;
struct knot_error;
struct knot_target_state;

/* The test binary of s, by its content; 0 = it cannot be read. */
uint64_t knot_regress_build(struct knot_campaign *c, struct knot_target_state *s);
/* Looks for all findings of the campaign's tests that other builds had. Tells of what is fixed and of what is back. */
int knot_regress(struct knot_campaign *c, struct knot_error *err);

#endif
