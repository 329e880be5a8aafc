/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/partners.h"

#include "base/hash.h"

void knot_partners_meet(struct knot_partners *p, uint64_t key, uint64_t who)
{
	const uint64_t hash = knot_hash_mix(key) | 1;
	uint32_t i = (uint32_t)(hash >> 32) % KNOT_PARTNERS_SLOTS;

	while (p->slots[i].key && p->slots[i].key != hash)
		i = (i + 1) % KNOT_PARTNERS_SLOTS;
	if (p->slots[i].key) {
		p->differ |= p->slots[i].who != who;
	} else if (p->used >= KNOT_PARTNERS_SLOTS / 2) {
		p->differ = true;
	} else {
		p->slots[i].key = hash;
		p->slots[i].who = who;
		p->used++;
	}
}
