/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/switches.h"

#include "base/alloc.h"
#include "wire/abi.h"

#include <stdlib.h>

/* An entry and where it stands in the list. */
struct place {
	const struct knot_switch *s;
	size_t at;
};

static int order(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->s->from != y->s->from)
		return x->s->from < y->s->from ? -1 : 1;
	if (x->s->ops != y->s->ops)
		return x->s->ops < y->s->ops ? -1 : 1;
	if (x->s->at != y->s->at)
		return x->s->at < y->s->at ? -1 : 1;
	if (x->s->visit != y->s->visit)
		return x->s->visit < y->s->visit ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

static void put64(uint16_t *slots, uint64_t x)
{
	for (int i = 0; i < 4; i++)
		slots[i] = (uint16_t)(x >> (16 * i));
}

knot_switches knot_switches_copy(const knot_switches *list)
{
	knot_switches c = {0};

	for (size_t i = 0; i < list->len; i++)
		knot_vec_push(&c, list->data[i]);
	return c;
}

void knot_switches_encode(const struct knot_switch *list, size_t len, knot_switch_slots *ret_slots)
{
	struct place *places = knot_xreallocarray(NULL, len + 1, sizeof(*places));

	for (size_t i = 0; i < len; i++)
		places[i] = (struct place){.s = &list[i], .at = i};
	qsort(places, len, sizeof(*places), order);
	knot_vec_reserve(ret_slots, len * KNOT_SWITCH_SLOTS);
	ret_slots->len = len * KNOT_SWITCH_SLOTS;
	for (size_t i = 0; i < len; i++) {
		uint16_t *slots = &ret_slots->data[i * KNOT_SWITCH_SLOTS];
		const struct knot_switch *s = places[i].s;

		put64(slots, s->from);
		put64(slots + 4, s->ops | (uint64_t)s->at << 32 | (uint64_t)s->visit << 48);
		put64(slots + 8, s->to);
	}
	free(places);
}
