/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/partners.h"

#include <criterion/criterion.h>

Test(partners, differ_when_two_are_met_at_one_place)
{
	struct knot_partners p = {.used = 0};

	for (uint64_t key = 0; key < 100; key++)
		knot_partners_meet(&p, key, key + 7);
	for (uint64_t key = 0; key < 100; key++)
		knot_partners_meet(&p, key, key + 7);
	cr_expect_not(p.differ);
	cr_expect_eq(p.used, 100);
	knot_partners_meet(&p, 50, 58);
	cr_expect(p.differ);
	knot_partners_meet(&p, 50, 57);
	cr_expect(p.differ, "for ever");
}

Test(partners, who_finds_no_room_may_be_another)
{
	struct knot_partners p = {.used = 0};
	uint64_t key = 0;

	while (!p.differ && key < KNOT_PARTNERS_SLOTS)
		knot_partners_meet(&p, key++, 1);
	cr_expect_eq(key, KNOT_PARTNERS_SLOTS / 2 + 1);
}
