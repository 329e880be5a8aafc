/* SPDX-License-Identifier: BSD-2-Clause */
#include "explore/corpus.h"

#include "base/rng.h"

#include <criterion/criterion.h>
#include <string.h>

static struct knot_pool_entry entry(uint32_t site, uint32_t new_pairs)
{
	struct knot_pool_entry e = {.parent = KNOT_POOL_NONE, .new_pairs = new_pairs};

	e.chain.len = 2;
	e.chain.ops[0] = (struct knot_chain_op){1, site, KNOT_OP_SEND};
	e.chain.ops[1] = (struct knot_chain_op){2, site, KNOT_OP_RECV};
	return e;
}

Test(corpus, keeps_what_is_added_once)
{
	struct knot_pool *p = knot_pool_new();
	struct knot_pool_entry a = entry(1, 0), b = entry(2, 3);
	uint16_t prefix[] = {0, 1, 1};

	b.prefix = prefix;
	b.prefix_len = 3;
	b.seed = 77;
	cr_assert_eq(knot_pool_add(p, &a), 0);
	cr_assert_eq(knot_pool_add(p, &b), 1);
	prefix[1] = 9;
	cr_expect_eq(knot_pool_get(p, 1)->prefix[1], 1, "the prefix is a copy");
	cr_expect_eq(knot_pool_find(p, &a.chain), 0);
	a.new_pairs = 5;
	a.prefix = prefix;
	a.prefix_len = 2;
	cr_assert_eq(knot_pool_add(p, &a), 0);
	cr_expect_eq(knot_pool_len(p), 2);
	cr_expect_eq(knot_pool_get(p, 0)->new_pairs, 5);
	cr_expect_eq(knot_pool_get(p, 0)->prefix_len, 2);
	b = entry(3, 0);
	cr_expect_eq(knot_pool_find(p, &b.chain), KNOT_POOL_NONE);
	knot_pool_free(p);
}

Test(corpus, energy_grows_with_pairs_rarity_and_effect_and_shrinks_with_picks)
{
	struct knot_pool *p = knot_pool_new();
	struct knot_pool_entry plain = entry(1, 0), pairs = entry(2, 4), rare = entry(3, 0);
	struct knot_rng rng = {.seed = 1};

	rare.rarity = KNOT_POOL_RARITY_MAX;
	knot_pool_add(p, &plain);
	knot_pool_add(p, &pairs);
	knot_pool_add(p, &rare);
	cr_expect_gt(knot_pool_energy(p, 1), knot_pool_energy(p, 0));
	cr_expect_gt(knot_pool_energy(p, 2), knot_pool_energy(p, 0));
	cr_expect_eq(knot_pool_energy_total(p),
		(uint64_t)knot_pool_energy(p, 0) + knot_pool_energy(p, 1) + knot_pool_energy(p, 2));
	uint32_t before = knot_pool_energy(p, 1);

	knot_pool_count(p, 1, 10, 0);
	cr_expect_lt(knot_pool_energy(p, 1), before);
	knot_pool_count(p, 1, 10, 20);
	cr_expect_gt(knot_pool_energy(p, 1), before);
	before = knot_pool_energy(p, 1);
	while (knot_pool_pick(p, &rng) != 1)
		;
	cr_expect_lt(knot_pool_energy(p, 1), before);
	knot_pool_reward(p, 1, 1);
	cr_expect_eq(knot_pool_energy(p, 1), before);
	knot_pool_free(p);
}

Test(corpus, picks_by_energy)
{
	struct knot_pool *p = knot_pool_new();
	struct knot_pool_entry e;
	struct knot_rng rng = {.seed = 2};
	uint32_t picks[3] = {0};

	for (uint32_t i = 0; i < 3; i++) {
		e = entry(i + 1, i == 1 ? 30 : 0);
		knot_pool_add(p, &e);
	}
	for (int i = 0; i < 900; i++) {
		uint32_t at = knot_pool_pick(p, &rng);

		picks[at]++;
		/* a yield each time keeps the energies apart */
		knot_pool_reward(p, at, 1);
	}
	cr_expect_gt(picks[1], 3 * picks[0]);
	cr_expect_gt(picks[1], 3 * picks[2]);
	cr_expect_gt(picks[0], 0);
	cr_expect_gt(picks[2], 0);
	knot_pool_free(p);
}

Test(corpus, never_picks_the_dropped_nor_the_exhausted)
{
	struct knot_pool *p = knot_pool_new();
	struct knot_pool_entry e;
	struct knot_rng rng = {.seed = 3};

	cr_expect_eq(knot_pool_pick(p, &rng), KNOT_POOL_NONE);
	for (uint32_t i = 0; i < 3; i++) {
		e = entry(i + 1, 1);
		knot_pool_add(p, &e);
	}
	knot_pool_drop(p, 0);
	knot_pool_exhaust(p, 1, 100);
	for (int i = 0; i < 100; i++)
		cr_assert_eq(knot_pool_pick(p, &rng), 2);
	knot_pool_refresh(p, 100);
	cr_expect_eq(knot_pool_energy(p, 1), 0, "no pair is new");
	knot_pool_refresh(p, 101);
	cr_expect_gt(knot_pool_energy(p, 1), 0);
	cr_expect_eq(knot_pool_energy(p, 0), 0);
	knot_pool_free(p);
}

Test(corpus, makes_room_for_new_pairs_only)
{
	struct knot_pool *p = knot_pool_new();
	struct knot_pool_entry e;

	for (uint32_t i = 0; i < KNOT_POOL_MAX; i++) {
		e = entry(i + 1, i < 10 ? 1 : 0);
		cr_assert_eq(knot_pool_add(p, &e), i);
	}
	e = entry(KNOT_POOL_MAX + 1, 0);
	cr_expect_eq(knot_pool_add(p, &e), KNOT_POOL_NONE);
	for (uint32_t i = 0; i < KNOT_POOL_MAX - 10; i++) {
		e = entry(KNOT_POOL_MAX + 10 + i, 2);
		uint32_t at = knot_pool_add(p, &e);

		cr_assert_neq(at, KNOT_POOL_NONE);
		cr_assert_geq(at, 10);
		cr_assert_eq(knot_pool_find(p, &e.chain), at);
	}
	e = entry(9 * KNOT_POOL_MAX, 2);
	cr_expect_eq(knot_pool_add(p, &e), KNOT_POOL_NONE, "nothing weaker is left");
	e = entry(11, 0);
	cr_expect_eq(knot_pool_find(p, &e.chain), KNOT_POOL_NONE, "it had to go");
	e = entry(1, 0);
	cr_expect_eq(knot_pool_find(p, &e.chain), 0);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < KNOT_POOL_MAX; i++)
		sum += knot_pool_energy(p, i);
	cr_expect_eq(knot_pool_energy_total(p), sum);
	knot_pool_free(p);
}

Test(corpus, keeps_no_prefix_beyond_its_bounds)
{
	struct knot_pool *p = knot_pool_new();
	static uint16_t prefix[KNOT_POOL_PREFIX_MAX + 1];
	struct knot_pool_entry e = entry(1, 1);
	uint32_t kept = 0;

	e.prefix = prefix;
	e.prefix_len = KNOT_POOL_PREFIX_MAX + 1;
	knot_pool_add(p, &e);
	cr_expect_eq(knot_pool_get(p, 0)->prefix_len, 0);
	for (uint32_t i = 1; i < 200; i++) {
		e.chain.ops[0].site = 1000 + i;
		e.prefix_len = KNOT_POOL_PREFIX_MAX;
		kept += knot_pool_get(p, knot_pool_add(p, &e))->prefix_len != 0;
	}
	cr_expect_eq(kept, KNOT_POOL_PREFIX_BYTES / (KNOT_POOL_PREFIX_MAX * 2));
	knot_pool_free(p);
}
