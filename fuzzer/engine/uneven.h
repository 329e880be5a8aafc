/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests whose verdict differs under one and the same schedule: what decides lies outside the program (a process
 * number, the machine's clock, what another process does), and no schedule is to blame.
 */
#ifndef KNOT_ENGINE_UNEVEN_H
#define KNOT_ENGINE_UNEVEN_H

#include <stdbool.h>

struct knot_campaign;
struct knot_error;
struct knot_record;
struct knot_schedule;
struct knot_target_state;

/*
 * Replays the schedule of rec some more times, each in a fresh process. *ret_yes: some end as rec did and some do
 * not. agreed = replays that have ended as it did so far. When that has come of two candidates the test is set
 * aside.
 */
int knot_uneven_ask(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_schedule *schedule, const struct knot_record *rec, unsigned agreed,
	bool *ret_yes, struct knot_error *err);

#endif
