/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fidelity is measured, not assumed: a share of the runs is replayed in a fresh process whatever they ended
 * in, and compared by end and schedule hash.
 */
#ifndef KNOT_ENGINE_AUDIT_H
#define KNOT_ENGINE_AUDIT_H

struct knot_campaign;
struct knot_campaign_worker;
struct knot_error;
struct knot_plan;
struct knot_record;
struct knot_target_state;

/* Replays a run of worker w, whatever it ended in. */
int knot_audit(struct knot_campaign *c, struct knot_campaign_worker *w,
	const struct knot_plan *plan, const struct knot_record *rec, struct knot_error *err);
/* Writes rec's interleaving to audit/TEST.which in the campaign directory, with the names in use. */
int knot_audit_trace(struct knot_campaign *c, const struct knot_target_state *s, const char *which,
	const struct knot_record *rec, struct knot_error *err);

#endif
