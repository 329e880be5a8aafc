/* SPDX-License-Identifier: BSD-2-Clause */
/* How well a share is known after some tries. */
#ifndef KNOT_BASE_INTERVAL_H
#define KNOT_BASE_INTERVAL_H

#include <stdint.h>

struct knot_interval {
	double low, high; /* 0 to 1 */
};

/*
 * Where the true share lies with 95 % confidence when hits of tries were seen: the score interval (Wilson 1927), which is
 * right for few tries and for shares near 0 and 1, too. Without tries it is all there is. hits <= tries.
 */
struct knot_interval knot_interval_95(uint32_t hits, uint32_t tries);

#endif
