/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/settle.h"

#include "base/alloc.h"
#include "base/hash.h"

#include <stdlib.h>

/* Addresses seen so far: open addressing, a power of two of slots, at most half of them used. */
struct primitives {
	uint64_t *address;
	uint32_t *number;
	size_t slots;
	uint32_t count;
};

static uint32_t number_of(struct primitives *p, uint64_t address)
{
	size_t i = knot_hash_mix(address) & (p->slots - 1);

	while (p->address[i] && p->address[i] != address)
		i = (i + 1) & (p->slots - 1);
	if (!p->address[i]) {
		p->address[i] = address;
		p->number[i] = ++p->count;
	}
	return p->number[i];
}

bool knot_settle_is_filled(const struct knot_shm_event *event, uint64_t cursor, uint32_t pid)
{
	return event->step == pid * KNOT_EVENT_STAMP + (uint32_t)cursor + 1;
}

static size_t drop_unfilled(struct knot_shm_event *events, size_t len, uint64_t start, uint32_t pid)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (knot_settle_is_filled(&events[i], start + i, pid))
			events[n++] = events[i];
	return n;
}

size_t knot_settle(struct knot_shm_event *events, size_t len, uint64_t start, uint32_t pid)
{
	len = drop_unfilled(events, len, start, pid);
	knot_settle_numbers(events, len);
	return len;
}

void knot_settle_numbers(struct knot_shm_event *events, size_t len)
{
	struct primitives p = {.slots = 16};
	uint32_t steps = 0;

	while (p.slots < 2 * len)
		p.slots *= 2;
	p.address = knot_xalloc(p.slots * sizeof(*p.address));
	p.number = knot_xalloc(p.slots * sizeof(*p.number));
	for (size_t i = 0; i < len; i++) {
		struct knot_shm_event *e = &events[i];

		steps += e->kind == KNOT_EV_STEP;
		e->step = steps;
		/* A process that came to the end of its run has numbered them itself, the same way. */
		if ((e->kind == KNOT_EV_STEP || e->kind == KNOT_EV_SELECTED) && e->aux) {
			e->prim = number_of(&p, e->aux);
			e->aux = 0;
		}
	}
	free(p.address);
	free(p.number);
}
