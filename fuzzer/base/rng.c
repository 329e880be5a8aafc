/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/rng.h"
#include "base/alloc.h"

#include <Random123/philox.h>

uint64_t knot_rng_next(struct knot_rng *rng)
{
	philox4x32_ctr_t ctr = {{
		(uint32_t)rng->counter,
		(uint32_t)(rng->counter >> 32),
		(uint32_t)rng->stream,
		(uint32_t)(rng->stream >> 32),
	}};
	philox4x32_key_t key = {{(uint32_t)rng->seed, (uint32_t)(rng->seed >> 32)}};
	philox4x32_ctr_t out = philox4x32(ctr, key);

	rng->counter++;
	return (uint64_t)out.v[1] << 32 | out.v[0];
}

/* Lemire's multiply-and-reject: the draws below 2^64 mod n would favour some results. */
uint64_t knot_rng_below(struct knot_rng *rng, uint64_t n)
{
	knot_assert(n >= 1);
	uint64_t reject_below = -n % n;
	for (;;) {
		unsigned __int128 m = (unsigned __int128)knot_rng_next(rng) * n;
		if ((uint64_t)m >= reject_below)
			return (uint64_t)(m >> 64);
	}
}
