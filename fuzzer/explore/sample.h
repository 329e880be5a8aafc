/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sample of the different chains that went by, each as likely as any other however often it did: those whose hashes,
 * mixed with a seed, are the smallest (bottom-k). Nothing is drawn, so that looking on does not change the campaign.
 */
#ifndef KNOT_EXPLORE_SAMPLE_H
#define KNOT_EXPLORE_SAMPLE_H

#include "base/vec.h"
#include "wire/chain.h"

#include <stdbool.h>
#include <stdint.h>

struct knot_sampled {
	uint64_t rank;
	struct knot_chain chain;
	/* Whatever the caller says of it. */
	uint32_t why;
	uint64_t runs, whole;
};

/* {.max = n, .seed = s} is an empty one; max 0 keeps nothing. Free with knot_sample_free. */
struct knot_sample {
	uint32_t max;
	uint64_t seed;
	KNOT_VEC(struct knot_sampled) kept; /* by rank */
};

/* Borrowed until the next call; NULL = it is not among those kept. */
struct knot_sampled *knot_sample_offer(struct knot_sample *s, const struct knot_chain *chain);
void knot_sample_free(struct knot_sample *s);

#endif
