/* SPDX-License-Identifier: BSD-2-Clause */
/* Which chains the evidence forbids. */
#include "explore/hb_internal.h"

#include "explore/cpop.h"

bool knot_hb_forbids(const struct knot_hb *hb, uint32_t a, uint32_t b)
{
	return knot_evidence_has(&hb->evidence, KNOT_EVIDENCE_TOGETHER, a, b) &&
		!knot_evidence_has(&hb->evidence,
			hb->partners.differ ? KNOT_EVIDENCE_PERHAPS : KNOT_EVIDENCE_FOLLOWS, a, b);
}

static bool is_tight(const struct knot_hb *hb, uint32_t a, uint32_t b)
{
	return knot_evidence_has(&hb->evidence, KNOT_EVIDENCE_TOGETHER, a, b) &&
		!knot_evidence_has(&hb->evidence, KNOT_EVIDENCE_LOOSE, a, b);
}

/* a and c of one goroutine have the lock from the one to the other, b of another needs it. */
static bool excludes(
	const struct knot_hb *hb, const struct knot_chain *chain, const uint32_t *ops, uint32_t c)
{
	for (uint32_t a = 0; a + 1 < c; a++) {
		if (chain->ops[a].gpath != chain->ops[c].gpath || !is_tight(hb, ops[a], ops[c]))
			continue;
		for (uint32_t b = a + 1; b < c; b++)
			if (chain->ops[b].gpath != chain->ops[a].gpath &&
				is_tight(hb, ops[a], ops[b]))
				return true;
	}
	return false;
}

static void find_ops(
	const struct knot_hb *hb, const struct knot_chain *chain, uint32_t ret_ops[KNOT_CHAIN_MAX])
{
	for (uint32_t i = 0; i < chain->len; i++) {
		const struct knot_chain_op *o = &chain->ops[i];

		ret_ops[i] = knot_cpop_find(hb->cpop, o->gpath, o->site, o->op);
	}
}

bool knot_hb_forbids_chain(void *arg, const struct knot_chain *chain)
{
	const struct knot_hb *hb = arg;
	uint32_t ops[KNOT_CHAIN_MAX];

	find_ops(hb, chain, ops);
	for (uint32_t j = 1; j < chain->len; j++) {
		for (uint32_t i = 0; i < j; i++)
			if (knot_hb_forbids(hb, ops[i], ops[j]))
				return true;
		if (excludes(hb, chain, ops, j))
			return true;
	}
	return false;
}

void knot_hb_allow(struct knot_hb *hb, const struct knot_chain *chain)
{
	uint32_t ops[KNOT_CHAIN_MAX];

	find_ops(hb, chain, ops);
	for (uint32_t j = 1; j < chain->len; j++)
		for (uint32_t i = 0; i < j; i++) {
			knot_evidence_set(&hb->evidence, KNOT_EVIDENCE_FOLLOWS, ops[i], ops[j]);
			knot_evidence_set(&hb->evidence, KNOT_EVIDENCE_PERHAPS, ops[i], ops[j]);
			/* With others in between it may be that which was let go. */
			if (j > i + 1 && excludes(hb, chain, ops, j))
				knot_evidence_set(
					&hb->evidence, KNOT_EVIDENCE_LOOSE, ops[i], ops[j]);
		}
}
