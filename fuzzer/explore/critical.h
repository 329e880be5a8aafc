/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The context switches of a minimised run that matter, in words:
 *
 *   T/a.go:11#1 is stopped before send a.go:100 (t.journal) while T/a.go:11#0 runs to lock a.go:185 (t.leases)
 */
#ifndef KNOT_EXPLORE_CRITICAL_H
#define KNOT_EXPLORE_CRITICAL_H

#include "explore/run_view.h"

struct knot_chain;
struct knot_names;

/* Departures from run-until-block: the KNOT_EV_SWITCH of the run. */
size_t knot_critical_count(const struct knot_run_view *run);
/* The nth of them as a line without a newline. Caller frees. */
char *knot_critical_line(
	const struct knot_run_view *run, size_t nth, const struct knot_names *names);
/*
 * The same of the nth, or of as many from there on as only fire timers, three or more, and let others run, because somebody
 * stands still: "... is stopped before send a.go:10 (beats) while T runs to select a.go:14 and 12 timers fire". Returns of
 * how many, at least 1. Caller frees *ret_line.
 */
size_t knot_critical_gathered(const struct knot_run_view *run, size_t nth,
	const struct knot_names *names, char **ret_line);

/*
 * The order that the switches bring about, as a chain: what the one who goes on runs to, before what the one who was stopped
 * does next. Of the last switches as many as it has room for.
 */
void knot_critical_chain(const struct knot_run_view *run, struct knot_chain *ret_chain);

#endif
