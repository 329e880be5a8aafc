/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/evidence.h"

#include "base/alloc.h"
#include "explore/budget.h"

#include <stdlib.h>
#include <string.h>

#define OPS_MIN 64 /* the bits of a word */

static size_t words(uint32_t ops)
{
	return (size_t)ops * ops / 64;
}

/* In the budget's numbers of 4 bytes. */
static size_t cells(uint32_t ops)
{
	return KNOT_EVIDENCE_COUNT * words(ops) * 2;
}

static uint64_t *grown(const uint64_t *from, uint32_t ops, uint32_t to)
{
	uint64_t *bits = knot_xalloc(words(to) * sizeof(*bits));

	for (uint32_t a = 0; a < ops; a++)
		memcpy(bits + (size_t)a * to / 64, from + (size_t)a * ops / 64, ops / 8);
	return bits;
}

uint32_t knot_evidence_reach(struct knot_evidence *e, uint32_t ops, struct knot_share *share)
{
	uint32_t to = e->ops ? e->ops : OPS_MIN;

	while (to < ops && to < KNOT_EVIDENCE_OPS_MAX)
		to *= 2;
	for (; to > e->ops && to >= OPS_MIN; to /= 2) {
		if (!knot_share_take(share, cells(e->ops), cells(to) - cells(e->ops)))
			continue;
		for (int i = 0; i < KNOT_EVIDENCE_COUNT; i++) {
			uint64_t *bits = grown(e->bits[i], e->ops, to);

			free(e->bits[i]);
			e->bits[i] = bits;
		}
		e->ops = to;
	}
	return e->ops;
}

void knot_evidence_free(struct knot_evidence *e, struct knot_share *share)
{
	knot_share_give(share, cells(e->ops), cells(e->ops));
	for (int i = 0; i < KNOT_EVIDENCE_COUNT; i++)
		free(e->bits[i]);
	*e = (struct knot_evidence){0};
}

void knot_evidence_add(struct knot_evidence *e, enum knot_evidence_kind kind, uint32_t a,
	const uint64_t others[KNOT_EVIDENCE_WORDS])
{
	for (uint32_t i = 0; a < e->ops && i < e->ops / 64; i++)
		e->bits[kind][(size_t)a * e->ops / 64 + i] |= others[i];
}

void knot_evidence_set(
	struct knot_evidence *e, enum knot_evidence_kind kind, uint32_t a, uint32_t b)
{
	if (a < e->ops && b < e->ops)
		e->bits[kind][((size_t)a * e->ops + b) / 64] |= 1ull << b % 64;
}

bool knot_evidence_has(
	const struct knot_evidence *e, enum knot_evidence_kind kind, uint32_t a, uint32_t b)
{
	return a < e->ops && b < e->ops &&
		e->bits[kind][((size_t)a * e->ops + b) / 64] >> b % 64 & 1;
}
