/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/switches.h"

#include "wire/abi.h"

#include <criterion/criterion.h>

static uint64_t get64(const uint16_t *slots)
{
	return slots[0] | (uint64_t)slots[1] << 16 | (uint64_t)slots[2] << 32 |
		(uint64_t)slots[3] << 48;
}

Test(switches, entries_of_a_place_lie_side_by_side_in_the_order_of_the_list)
{
	const struct knot_switch list[] = {
		{.from = 0x9999888877776666, .ops = 5, .at = true, .to = 1},
		{.from = 7, .ops = 0x10002, .at = false, .to = 0x1111222233334444},
		{.from = 0x9999888877776666, .ops = 5, .at = false, .to = 2},
		{.from = 0x9999888877776666, .ops = 5, .at = true, .to = 0},
		{.from = 0x9999888877776666, .ops = 4, .at = true, .to = 3},
		{.from = 0x9999888877776666, .ops = 5, .visit = 0xffff, .to = 4},
		{.from = 0x9999888877776666, .ops = 5, .visit = 1, .to = 5},
	};
	static const size_t order[] = {1, 4, 2, 6, 5, 0, 3};
	knot_switch_slots slots = {0};

	knot_switches_encode(list, 7, &slots);
	cr_assert_eq(slots.len, 7 * KNOT_SWITCH_SLOTS);
	for (size_t i = 0; i < 7; i++) {
		const uint16_t *s = &slots.data[i * KNOT_SWITCH_SLOTS];
		const struct knot_switch *want = &list[order[i]];

		cr_expect_eq(get64(s), want->from);
		cr_expect_eq(get64(s + 4),
			want->ops | (uint64_t)want->at << 32 | (uint64_t)want->visit << 48);
		cr_expect_eq(get64(s + 8), want->to);
	}
	knot_vec_free(&slots);
}

Test(switches, no_entry_is_no_slot)
{
	knot_switch_slots slots = {0};

	knot_switches_encode(NULL, 0, &slots);
	cr_expect_eq(slots.len, 0);
	knot_vec_free(&slots);
}
