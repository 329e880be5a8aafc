/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bad ends that are no findings: told once a test, verdict and reason, since a test that times out does so in many places,
 * and with what happened, for which a replay is made. What turns out to be more than that is listed no longer. What is listed
 * is kept until the code changes (engine/listed_rows.h).
 */
#ifndef KNOT_ENGINE_LISTED_H
#define KNOT_ENGINE_LISTED_H

#include <stdint.h>

struct knot_campaign;
struct knot_error;
struct knot_finding;
struct knot_kind;
struct knot_outcome;
struct knot_plan;
struct knot_record;
struct knot_target_state;

/* A bad end of kind k. */
struct knot_listed {
	struct knot_kind *k;
	const struct knot_plan *plan;
	const struct knot_record *rec;
	const struct knot_finding *f;
	const struct knot_outcome *o; /* a replay of it that has been made, NULL = none */
	uint32_t note; /* KNOT_NOTE_*: why it is no finding */
};

int knot_listed_add(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_listed *listed, struct knot_error *err);
/* What has become of k is told elsewhere. */
void knot_listed_remove(struct knot_target_state *s, struct knot_kind *k);
/* There is a finding of s with that verdict, so that not every schedule ends so. */
void knot_listed_contradict(struct knot_target_state *s, uint32_t verdict);

#endif
