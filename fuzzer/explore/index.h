/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds things of an array by a 64-bit hash: open addressing, a slot holds (high half of the hash,
 * number + 1), 0 = free. The array stays the owner; nothing is ever removed. A look-up walks from
 * slot (hash mod cap) to the first free one and compares the candidates itself.
 */
#ifndef KNOT_EXPLORE_INDEX_H
#define KNOT_EXPLORE_INDEX_H

#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

struct knot_index {
	uint64_t *slots;
	uint32_t cap, used; /* cap is a power of two */
};

typedef uint64_t (*knot_index_hash_of)(const void *owner, uint32_t number);

static inline void knot_index_init(struct knot_index *x)
{
	x->cap = 32; /* most tests are small, and there may be a thousand */
	x->used = 0;
	x->slots = knot_xalloc(x->cap * sizeof(*x->slots));
}

static inline void knot_index_put(struct knot_index *x, uint64_t hash, uint32_t number)
{
	uint32_t i = (uint32_t)hash & (x->cap - 1);

	while (x->slots[i])
		i = (i + 1) & (x->cap - 1);
	x->slots[i] = (hash & 0xffffffff00000000ull) | (number + 1);
	x->used++;
}

/* Makes room for one more. Slots keep half a hash, so growing asks the owner for the whole one. */
static inline void knot_index_grow(
	struct knot_index *x, knot_index_hash_of hash_of, const void *owner)
{
	if (x->used * 2 < x->cap)
		return;

	struct knot_index bigger = {.cap = x->cap * 2};

	bigger.slots = knot_xalloc(bigger.cap * sizeof(*bigger.slots));
	for (uint32_t i = 0; i < x->cap; i++) {
		if (x->slots[i]) {
			uint32_t number = (uint32_t)x->slots[i] - 1;

			knot_index_put(&bigger, hash_of(owner, number), number);
		}
	}
	free(x->slots);
	*x = bigger;
}

#endif
