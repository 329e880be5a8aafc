/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * That no run can have a chain is claimed for those that were refused, and hoped not to be so for those that were
 * tried. Both are put to the proof: a sample of each is forced, run after run, until one executes all of it in order.
 */
#ifndef KNOT_ENGINE_TRIAL_H
#define KNOT_ENGINE_TRIAL_H

struct knot_campaign;
struct knot_error;

#define KNOT_TRIAL_TRIES 1000 /* unless the options say otherwise */

/* When the campaign is over; options.trials chains of each kind and test. */
int knot_trials(struct knot_campaign *c, struct knot_error *err);

#endif
