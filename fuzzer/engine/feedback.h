/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a campaign learns what a run did: from the ring in the target's shared memory or from the eBPF probe. And the
 * comparison of both, in audited runs.
 */
#ifndef KNOT_ENGINE_FEEDBACK_H
#define KNOT_ENGINE_FEEDBACK_H

#include "explore/run_view.h"
#include "wire/entered.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_campaign;
struct knot_campaign_worker;
struct knot_error;
struct knot_plan;
struct knot_record;

enum knot_feedback_kind {
	KNOT_FEEDBACK_AUTO, /* the probe for native runs where there is one, else the ring */
	KNOT_FEEDBACK_RING,
	KNOT_FEEDBACK_EBPF, /* no probe, no campaign */
	KNOT_FEEDBACK_NONE,
};

struct knot_feedback_stats {
	uint64_t checks, checks_same; /* runs compared; those without a difference */
	uint64_t checked_events, raced; /* of these runs; neighbours that raced */
	uint64_t records, lost; /* by the probe */
	/* Events against the runtime's own functions. */
	uint64_t entered, entered_same; /* runs compared; those without a difference */
	uint64_t entered_unknown; /* audited and not compared: records or events were lost */
	uint64_t entered_pairs; /* an operation and its event */
	uint64_t entered_left[KNOT_ENTERED_RULES]; /* by rule: what has no counterpart */
	uint64_t entered_lost; /* records */
	uint64_t incomplete; /* runs that gave no feedback since records were lost */
};

/* Loads the probe and attaches it to the project's binaries, where it is wanted. */
int knot_feedback_open(struct knot_campaign *c, struct knot_error *err);
/* The last thing before the first process: from here on goknot has a second thread. */
int knot_feedback_start(struct knot_campaign *c, struct knot_error *err);
/* The workers' streams are gone. */
void knot_feedback_close(struct knot_campaign *c);
/* What of the run goes to the explorer: empty when nothing complete is known. */
struct knot_run_view knot_feedback_view(struct knot_campaign *c, const struct knot_record *rec);
/* Compares an audited run of worker w that was not yet, counts, and tells of a difference with both sides. */
void knot_feedback_check(struct knot_campaign_worker *w, const struct knot_plan *plan,
	const struct knot_record *rec);
void knot_feedback_stats(const struct knot_campaign *c, struct knot_feedback_stats *ret_stats);

#endif
