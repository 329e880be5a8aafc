/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of a candidate that has been verified and is new: saved, made smaller, told. */
#ifndef KNOT_ENGINE_VERIFIED_H
#define KNOT_ENGINE_VERIFIED_H

#include "engine/campaign_internal.h"

/* A verified candidate: what its verification was and what it showed. */
struct knot_verified {
	const struct knot_plan *plan;
	struct knot_outcome *outcome; /* without its events */
	struct knot_timeline *timeline; /* which they have become */
	uint32_t flags; /* of the schedule that worked */
	uint32_t tries, same;
	bool native;
	const char *places; /* where it is, as the store keeps it */
	const char *ignored; /* why the ignore file matches it, NULL = it does not */
	bool known; /* the store has it already */
	bool kept; /* ignored: as such */
	uint64_t fixed_ns; /* it was fixed then and is back; 0 = it was not */
};

/* f is what its run was judged. It is ignored: no more than kept and told. */
int knot_verified_ignore(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f, struct knot_error *err);
/* Found again by the replay of its crash file: it was fixed at fixed_ns. */
void knot_verified_back(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_finding *f, const struct knot_outcome *o, const char *file,
	uint64_t fixed_ns);
/* It is a finding. */
int knot_verified_save(struct knot_campaign *c, struct knot_target_state *s,
	const struct knot_verified *v, const struct knot_finding *f, struct knot_error *err);

#endif
