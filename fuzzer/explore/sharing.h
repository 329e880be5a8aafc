/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Under -race: the positions of plain memory accesses that a request can make scheduling points. Those that
 * raced are known from the race detector's reports; those at which goroutines share memory in some order,
 * from the target, which looks for them in some requests.
 *
 * A race is not yet its harm. With the positions as points the policies put a switch between the check and
 * the use, or between the read and the write, where the program has no operation of concurrency.
 */
#ifndef KNOT_EXPLORE_SHARING_H
#define KNOT_EXPLORE_SHARING_H

#include "base/vec.h"
#include "wire/abi.h"

#include <stdbool.h>

struct knot_rng;

struct knot_sharing_position {
	uint32_t site;
	uint32_t op; /* KNOT_OP_MEMREAD, KNOT_OP_MEMWRITE */
	bool raced;
};

struct knot_sharing {
	KNOT_VEC(struct knot_sharing_position) positions; /* raced ones first */
	size_t raced;
	uint64_t changes; /* grows with each position that is new or turns out to race */
};

/* Far more than one program shares; the rest is left out. */
#define KNOT_SHARING_MAX 4096

void knot_sharing_free(struct knot_sharing *s);
/* False when it was known. A known one may turn out to race. */
bool knot_sharing_add(struct knot_sharing *s, uint32_t site, uint32_t op, bool raced);
/* KNOT_OP_NONE when it is not known. */
uint32_t knot_sharing_op(const struct knot_sharing *s, uint32_t site);
/*
 * Chooses for the nth request: its positions, and whether the target shall look for more. What the request's
 * chain needs is always there.
 */
void knot_sharing_choose(const struct knot_sharing *s, struct knot_rng *rng, uint64_t nth,
	struct knot_shm_request *request);

#endif
