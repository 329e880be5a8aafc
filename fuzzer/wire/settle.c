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

/* Who writes claims KNOT_EVENT_BLOCK slots and fills one after the other: what is behind the last one filled was not needed. */
static size_t drop_unfilled(
	struct knot_shm_event *events, size_t len, uint64_t start, uint32_t pid, uint32_t *unfilled)
{
	size_t n = 0, last = 0;

	*unfilled = 0;
	for (size_t i = 0; i < len; i++) {
		if (i % KNOT_EVENT_BLOCK == 0)
			last = i;
		if (!knot_settle_is_filled(&events[i], start + i, pid))
			continue;
		*unfilled += (uint32_t)(i - last);
		last = i + 1;
		events[n++] = events[i];
	}
	return n;
}

static uint64_t clock_of(const struct knot_shm_event *e)
{
	return e->kind == KNOT_EV_SPAWN ? e->aux >> 16 : e->vtime;
}

/* step is where the event stood. */
static int by_clock(const void *va, const void *vb)
{
	const struct knot_shm_event *a = va, *b = vb;
	const uint64_t ta = clock_of(a), tb = clock_of(b);

	if (ta != tb)
		return ta < tb ? -1 : 1;
	return (a->step > b->step) - (a->step < b->step);
}

/* Into the order of their clocks, which are then gone. */
static void put_in_order(struct knot_shm_event *events, size_t len)
{
	bool sorted = true;

	for (size_t i = 0; i < len; i++) {
		events[i].step = (uint32_t)i;
		sorted &= i == 0 || clock_of(&events[i - 1]) <= clock_of(&events[i]);
	}
	if (!sorted)
		qsort(events, len, sizeof(*events), by_clock);
	for (size_t i = 0; i < len; i++)
		if (events[i].kind == KNOT_EV_SPAWN)
			events[i].aux &= 0xffff;
		else
			events[i].vtime = 0;
}

size_t knot_settle(struct knot_shm_event *events, size_t len, uint64_t start, uint32_t pid,
	uint32_t *ret_unfilled)
{
	const size_t n = drop_unfilled(events, len, start, pid, ret_unfilled);

	if (n && !clock_of(&events[0]))
		*ret_unfilled = (uint32_t)(len - n); /* slots were claimed one by one */
	put_in_order(events, n);
	knot_settle_numbers(events, n);
	return n;
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
