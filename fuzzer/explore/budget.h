/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much all targets of a campaign may keep together: a package of a thousand tests must not take more
 * memory than one of ten. Of each kind of thing every target is sure of a few; what is beyond is for whoever
 * comes first. What does not fit any more is counted by its keeper and reported.
 */
#ifndef KNOT_EXPLORE_BUDGET_H
#define KNOT_EXPLORE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct knot_share {
	size_t sure; /* of each target */
	size_t spare; /* of all together, left beyond that */
};

/* In numbers of things; 61 MB when all of it is used up. */
struct knot_budget {
	struct knot_share ops; /* operations seen, 90 bytes each */
	struct knot_share pairs; /* pairs of them, 60 bytes each */
	struct knot_share spawns; /* goroutine paths, 50 bytes each */
	struct knot_share chains; /* in the corpora, 400 bytes each */
	struct knot_share prefixes; /* bytes of the decisions before them */
	struct knot_share seen; /* slots for chains proposed, 8 bytes each */
	struct knot_share evidence; /* words of bits for pairs of operations, 4 bytes each */
};

void knot_budget_open(struct knot_budget *b, size_t targets);

/* n more for one who has own of them; false = not now. No share: always. */
bool knot_share_take(struct knot_share *s, size_t own, size_t n);
/* Gives n of own back. */
void knot_share_give(struct knot_share *s, size_t own, size_t n);

#endif
