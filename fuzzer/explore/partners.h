/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who a receive or a Wait goes on because of. Where that has always been the same it is taken for the only way; where
 * another was met once, it is the schedule that chooses.
 */
#ifndef KNOT_EXPLORE_PARTNERS_H
#define KNOT_EXPLORE_PARTNERS_H

#include <stdbool.h>
#include <stdint.h>

#define KNOT_PARTNERS_SLOTS 1024

/* {0} has met nobody. */
struct knot_partners {
	struct {
		uint64_t key; /* 0 = free */
		uint64_t who;
	} slots[KNOT_PARTNERS_SLOTS];
	uint32_t used;
	bool differ; /* two at one key, or more keys than there is room for: from then on for ever */
};

void knot_partners_meet(struct knot_partners *p, uint64_t key, uint64_t who);

#endif
