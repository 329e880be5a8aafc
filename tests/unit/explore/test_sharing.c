/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/sharing.h"

#include "base/rng.h"

#include <criterion/criterion.h>

static struct knot_sharing sharing;

static void teardown(void)
{
	knot_sharing_free(&sharing);
}

TestSuite(sharing, .fini = teardown);

static bool has(const struct knot_shm_request *r, uint32_t site)
{
	for (uint32_t i = 0; i < r->mem_len; i++)
		if (r->mem[i] == site)
			return true;
	return false;
}

Test(sharing, a_known_position_may_turn_out_to_race)
{
	cr_expect(knot_sharing_add(&sharing, 1, KNOT_OP_MEMREAD, false));
	cr_expect(knot_sharing_add(&sharing, 2, KNOT_OP_MEMWRITE, false));
	cr_expect_not(knot_sharing_add(&sharing, 2, KNOT_OP_MEMWRITE, false));
	cr_expect(knot_sharing_add(&sharing, 2, KNOT_OP_MEMWRITE, true));
	cr_expect_not(knot_sharing_add(&sharing, 2, KNOT_OP_MEMWRITE, true));
	cr_expect_not(knot_sharing_add(&sharing, 2, KNOT_OP_MEMWRITE, false));
	cr_expect_eq(sharing.positions.len, 2);
	cr_expect_eq(sharing.raced, 1);
	cr_expect_eq(sharing.positions.data[0].site, 2, "raced ones come first");
	cr_expect_eq(knot_sharing_op(&sharing, 1), KNOT_OP_MEMREAD);
	cr_expect_eq(knot_sharing_op(&sharing, 3), KNOT_OP_NONE);
}

Test(sharing, nothing_known_means_no_points_but_a_look)
{
	struct knot_rng rng = {.seed = 1};
	struct knot_shm_request r = {.count = 1};

	knot_sharing_choose(&sharing, &rng, 1, &r);
	cr_expect_eq(r.mem_len, 0);
	cr_expect(r.flags & KNOT_REQ_MEM_LEARN);
	r.flags = 0;
	knot_sharing_choose(&sharing, &rng, 1001, &r);
	cr_expect_eq(r.flags, 0);
}

Test(sharing, most_requests_have_what_raced_and_some_are_plain)
{
	struct knot_rng rng = {.seed = 2};
	unsigned both = 0, plain = 0, shared = 0;

	knot_sharing_add(&sharing, 7, KNOT_OP_MEMREAD, false);
	knot_sharing_add(&sharing, 1, KNOT_OP_MEMREAD, true);
	knot_sharing_add(&sharing, 2, KNOT_OP_MEMWRITE, true);
	for (uint64_t i = 0; i < 1000; i++) {
		struct knot_shm_request r = {.count = 1};

		knot_sharing_choose(&sharing, &rng, 100 + i, &r);
		both += has(&r, 1) && has(&r, 2);
		plain += r.mem_len == 0;
		shared += has(&r, 7);
	}
	cr_expect(both > 650 && both < 850, "%u", both);
	cr_expect(plain > 120 && plain < 330, "%u", plain);
	cr_expect(shared > 90 && shared < 260, "%u", shared);
}

Test(sharing, of_many_that_raced_each_has_its_turn_and_the_limit_holds)
{
	struct knot_rng rng = {.seed = 3};
	bool seen[500] = {false};
	unsigned few = 0, all = 0;

	for (uint32_t i = 1; i < 500; i++)
		knot_sharing_add(&sharing, i, KNOT_OP_MEMREAD, true);
	for (uint64_t i = 0; i < 2000; i++) {
		struct knot_shm_request r = {.count = 1};

		knot_sharing_choose(&sharing, &rng, i, &r);
		cr_assert_leq(r.mem_len, KNOT_MEM_MAX);
		few += r.mem_len && r.mem_len <= 4;
		all += r.mem_len == KNOT_MEM_MAX;
		for (uint32_t k = 0; k < r.mem_len; k++)
			seen[r.mem[k]] = true;
	}
	cr_expect(few > 500 && all > 500, "%u %u", few, all);
	for (uint32_t i = 1; i < 500; i++)
		cr_expect(seen[i], "%u", i);
}

Test(sharing, what_the_chain_needs_is_there)
{
	struct knot_rng rng = {.seed = 4};

	knot_sharing_add(&sharing, 1, KNOT_OP_MEMREAD, true);
	for (uint64_t i = 0; i < 100; i++) {
		struct knot_shm_request r = {.chain_len = 2,
			.chain = {{.site = 5, .op = KNOT_OP_MEMWRITE},
				{.site = 6, .op = KNOT_OP_SEND}}};

		knot_sharing_choose(&sharing, &rng, i, &r);
		cr_assert(has(&r, 5));
		cr_assert_not(has(&r, 6));
	}
}

Test(sharing, a_raced_position_has_room_when_the_table_is_full)
{
	struct knot_sharing s = {0};

	for (uint32_t i = 1; i <= KNOT_SHARING_MAX; i++)
		cr_assert(knot_sharing_add(&s, i, KNOT_OP_MEMREAD, false));
	cr_expect_not(knot_sharing_add(&s, 9000, KNOT_OP_MEMWRITE, false));
	cr_expect(knot_sharing_add(&s, 9001, KNOT_OP_MEMWRITE, true));
	cr_expect_eq(s.positions.len, KNOT_SHARING_MAX);
	cr_expect_eq(s.raced, 1);
	cr_expect_eq(knot_sharing_op(&s, 9001), KNOT_OP_MEMWRITE);
	knot_sharing_free(&s);
}
