/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a schedule smaller and keeps what it ends in: first fewer preemptions against run-until-block, then fewer
 * changes of goroutine in all, then fewer timers that fire early. Each trial is a run in a process of its own.
 */
#ifndef KNOT_ENGINE_MINIMIZE_H
#define KNOT_ENGINE_MINIMIZE_H

#include "engine/replay.h"
#include "explore/switches.h"
#include "wire/chain.h"

struct knot_error;

/* Does a run end as the one to be minimised? */
typedef bool (*knot_minimize_same)(void *arg, const struct knot_outcome *o);

struct knot_minimize_options {
	uint64_t budget_ns; /* 0 = as long as it takes; the replays of the result come on top */
	/*
	 * Of the result, that have to end the same way with one schedule hash; at least 2: the first is followed by trials of
	 * a chain, with which its process goes.
	 */
	uint32_t replays;
	uint32_t
		prove_runs; /* so many schedules with fewer preemptions are tried, to show that there is none; 0 = none is */
	knot_minimize_same same;
	void *arg;
};

enum knot_minimize_end {
	KNOT_MINIMIZE_DONE,
	KNOT_MINIMIZE_CUT, /* the budget was used up: smaller, but not as small as can be */
	KNOT_MINIMIZE_GONE, /* the schedule no longer ends as it did */
	KNOT_MINIMIZE_FIXED, /* it cannot be said in switches: what they make of it does not end so */
	KNOT_MINIMIZE_UNSTABLE, /* the result does not replay each time */
	KNOT_MINIMIZE_LONG, /* its trace is not whole */
	KNOT_MINIMIZE_SLOW, /* in a campaign: not tried, since a run takes too long */
};

/* Owns its contents; free with knot_minimized_free. */
struct knot_minimized {
	enum knot_minimize_end end;
	struct knot_switch_counts before, after;
	uint32_t steps_before;
	uint32_t runs; /* trials, without the replays */
	uint64_t ns; /* real time that they took */
	uint32_t
		tries; /* runs that a trial is given: more than one where runs of one schedule differ */
	uint32_t proof_runs; /* schedules with fewer preemptions that were tried */
	bool proved; /* there are no others */
	uint32_t replays, replays_same;
	bool plain_same; /* run-until-block ends so, too; else: */
	uint32_t plain_end; /* KNOT_END_* of it */
	knot_switches switches; /* of the result */
	bool chain_does; /* chain alone, under run-until-block, ends so, too */
	struct knot_chain chain; /* empty: run-until-block alone does */
	uint32_t chain_runs; /* trials of it */
	struct knot_outcome
		outcome; /* of the last replay of the result, its KNOT_EV_SWITCH among the events */
};

/* Whether there is a result says knot_minimized_is_smaller. KNOT_EUSAGE "interrupted" when the replayer was cancelled. */
int knot_minimize(struct knot_replayer *replayer, const struct knot_worker_target *target,
	const struct knot_schedule *schedule, const struct knot_minimize_options *options,
	struct knot_minimized *ret, struct knot_error *err);
/* Is there a result? */
bool knot_minimized_is_smaller(const struct knot_minimized *m);
void knot_minimized_free(struct knot_minimized *m);
/* "the schedule no longer ends as it did"; NULL for DONE. */
const char *knot_minimize_end_text(enum knot_minimize_end end);

#endif
