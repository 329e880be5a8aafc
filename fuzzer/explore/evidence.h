/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all traces so far say of two operations, a bit each: nothing that one of them has shown is forgotten. For the
 * operations with the smallest numbers, as many as memory is granted for; of others nothing is known.
 */
#ifndef KNOT_EXPLORE_EVIDENCE_H
#define KNOT_EXPLORE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct knot_share;

#define KNOT_EVIDENCE_OPS_MAX 2048

enum knot_evidence_kind {
	KNOT_EVIDENCE_TOGETHER, /* both were in one run */
	KNOT_EVIDENCE_FOLLOWS, /* the second could come behind the first */
	KNOT_EVIDENCE_PERHAPS, /* ... as far as who creates whom goes; whatever else one waits for may come from another */
	KNOT_EVIDENCE_LOOSE, /* no lock held at the first was sure to be held at the second */
	KNOT_EVIDENCE_COUNT,
};

/* {0} knows nothing. Free with knot_evidence_free. */
struct knot_evidence {
	uint64_t *bits[KNOT_EVIDENCE_COUNT];
	uint32_t ops; /* rows and columns of each */
};

/* Makes room for so many operations, or for as many as share (NULL = any) allows; tells for how many there is. */
uint32_t knot_evidence_reach(struct knot_evidence *e, uint32_t ops, struct knot_share *share);
void knot_evidence_free(struct knot_evidence *e, struct knot_share *share);
#define KNOT_EVIDENCE_WORDS (KNOT_EVIDENCE_OPS_MAX / 64)

/* Of a and each operation whose bit is set. */
void knot_evidence_add(struct knot_evidence *e, enum knot_evidence_kind kind, uint32_t a,
	const uint64_t others[KNOT_EVIDENCE_WORDS]);
/* Operations without room are passed over. */
void knot_evidence_set(
	struct knot_evidence *e, enum knot_evidence_kind kind, uint32_t a, uint32_t b);
bool knot_evidence_has(
	const struct knot_evidence *e, enum knot_evidence_kind kind, uint32_t a, uint32_t b);

#endif
