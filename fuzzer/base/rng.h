/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counter-based random numbers (Random123 philox4x32-10; Salmon et al., SC 2011): a draw is a pure
 * function of (seed, stream, counter), so a campaign repeats and minimising cannot drift.
 */
#ifndef KNOT_BASE_RNG_H
#define KNOT_BASE_RNG_H

#include <stdint.h>

struct knot_rng {
	uint64_t seed;
	uint64_t stream;
	uint64_t counter;
};

/* One more draw of the stream. */
uint64_t knot_rng_next(struct knot_rng *rng);
/* Uniform in [0, n), n >= 1, without modulo bias. */
uint64_t knot_rng_below(struct knot_rng *rng, uint64_t n);

#endif
